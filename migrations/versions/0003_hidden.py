"""How far what people hid is drawn in the threads under the cards, and what the virus scanner said of files."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("card", sa.Column("hidden_seq", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("card", "hidden_seq", server_default=None)
    op.create_table(
        "verdict",
        sa.Column("file_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file_hash"),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("verdict")
    op.drop_column("card", "hidden_seq")
