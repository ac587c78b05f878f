"""The schema, made only by alembic and shipped with the package."""
