"""Which placeholder stands for the customer, so that a card can say "the customer"."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("ticket", sa.Column("customer_mark", sqlmodel.AutoString(), nullable=False, server_default=""))
    op.alter_column("ticket", "customer_mark", server_default=None)


def downgrade() -> None:
    """Back."""
    op.drop_column("ticket", "customer_mark")
