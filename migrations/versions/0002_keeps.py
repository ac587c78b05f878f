"""What retention, erasure and the change of keys have to remember."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("message", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("resigned_to", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("ticket", "resigned_to", server_default=None)
    # These were plain digests: with the redacted text beside them a name could be guessed.
    op.execute("update draft set sha256 = ''")
    op.execute("update reply set raw_sha256 = ''")
    _daily_count()
    _receipt()
    _keys()


def downgrade() -> None:
    """Back."""
    for table in ("key_mark", "key_holder", "receipt", "daily_count"):
        op.drop_table(table)
    for column in ("resigned_to", "archived_at", "erased_at"):
        op.drop_column("ticket", column)
    op.drop_column("message", "erased_at")


def _daily_count() -> None:
    op.create_table(
        "daily_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mailbox_id", sa.Uuid(), nullable=False),
        sa.Column("category", sqlmodel.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.AutoString(), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.Column("seconds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailbox.id"]),
        sa.PrimaryKeyConstraint("day", "mailbox_id", "category", "kind"),
    )


def _receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sqlmodel.AutoString(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _keys() -> None:
    op.create_table(
        "key_holder",
        sa.Column("process", sqlmodel.AutoString(), nullable=False),
        sa.Column("keys", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("writes", sqlmodel.AutoString(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process"),
    )
    op.create_table(
        "key_mark",
        sa.Column("purpose", sqlmodel.AutoString(), nullable=False),
        sa.Column("mark", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("purpose"),
    )
