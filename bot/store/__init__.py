"""The database: the only folder that contains SQL; nobody in it commits."""
