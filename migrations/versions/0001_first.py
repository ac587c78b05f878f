"""All tables, and pgqueuer's in the schema `jobs`."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import pgqueuer

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    pgqueuer.install()
    _customer()
    _mailbox()
    _seen()
    _ticket()
    _card()
    _draft()
    _event()
    _message()
    _notice()
    _reply()


def downgrade() -> None:
    """Back to nothing."""
    pgqueuer.uninstall()
    op.drop_index(
        "uq_reply_in_flight", table_name="reply", postgresql_where=sa.text("status in ('proposed','held','sending','uncertain')")
    )
    op.drop_index(op.f("ix_reply_gmail_message_id"), table_name="reply")
    op.drop_table("reply")
    op.drop_table("notice")
    op.drop_index(op.f("ix_message_ticket_id"), table_name="message")
    op.drop_index("ix_message_thread", table_name="message")
    op.drop_index(op.f("ix_message_sender_hash"), table_name="message")
    op.drop_index(op.f("ix_message_message_id_hash"), table_name="message")
    op.drop_index("ix_message_aside", table_name="message")
    op.drop_table("message")
    op.drop_table("event")
    op.drop_table("draft")
    op.drop_index("uq_card_live", table_name="card", postgresql_where=sa.text("state in ('sending','live')"))
    op.drop_index(op.f("ix_card_ticket_id"), table_name="card")
    op.drop_table("card")
    op.drop_index("ix_ticket_thread", table_name="ticket")
    op.drop_index("ix_ticket_status", table_name="ticket")
    op.drop_index(op.f("ix_ticket_customer_hash"), table_name="ticket")
    op.drop_table("ticket")
    op.drop_table("seen")
    op.drop_table("mailbox")
    op.drop_table("customer")


def _customer() -> None:
    op.create_table(
        "customer",
        sa.Column("address_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False, start=101), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash"),
        sa.UniqueConstraint("number"),
    )


def _mailbox() -> None:
    op.create_table(
        "mailbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sqlmodel.AutoString(), nullable=False),
        sa.Column("history_id", sqlmodel.AutoString(), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("address"),
    )


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("key", sqlmodel.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False, start=1001), nullable=False),
        sa.Column("mailbox_id", sa.Uuid(), nullable=False),
        sa.Column("gmail_thread_id", sqlmodel.AutoString(), nullable=False),
        sa.Column("linked_from", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sqlmodel.AutoString(), nullable=False),
        sa.Column("owner", sqlmodel.AutoString(), nullable=True),
        sa.Column("category", sqlmodel.AutoString(), nullable=False),
        sa.Column("priority", sqlmodel.AutoString(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("outage", sa.Boolean(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("review_reason", sqlmodel.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.AutoString(), nullable=False),
        sa.Column("summary", sqlmodel.AutoString(), nullable=False),
        sa.Column("asks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("entities", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.AutoString(), nullable=False),
        sa.Column("customer_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("customer_number", sa.Integer(), nullable=True),
        sa.Column("domain", sqlmodel.AutoString(), nullable=False),
        sa.Column("readable", sa.Boolean(), nullable=False),
        sa.Column("risks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_table", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("chain", sqlmodel.AutoString(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["linked_from"],
            ["ticket.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"],
            ["mailbox.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index(op.f("ix_ticket_customer_hash"), "ticket", ["customer_hash"], unique=False)
    op.create_index("ix_ticket_status", "ticket", ["status", "due_at"], unique=False)
    op.create_index("ix_ticket_thread", "ticket", ["mailbox_id", "gmail_thread_id"], unique=False)


def _card() -> None:
    op.create_table(
        "card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sqlmodel.AutoString(), nullable=False),
        sa.Column("channel_id", sqlmodel.AutoString(), nullable=False),
        sa.Column("ts", sqlmodel.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("link_shown", sa.Boolean(), nullable=False),
        sa.Column("mail_seq", sa.Integer(), nullable=False),
        sa.Column("draft_ts", sqlmodel.AutoString(), nullable=False),
        sa.Column("draft_revision", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("mails", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("posting", sqlmodel.AutoString(), nullable=False),
        sa.Column("shown", sqlmodel.AutoString(), nullable=False),
        sa.Column("base_seq", sa.Integer(), nullable=False),
        sa.Column("sending_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_card_ticket_id"), "card", ["ticket_id"], unique=False)
    op.create_index("uq_card_live", "card", ["ticket_id"], unique=True, postgresql_where=sa.text("state in ('sending','live')"))


def _draft() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.Column("body", sqlmodel.AutoString(), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sqlmodel.AutoString(), nullable=False),
        sa.Column("author", sqlmodel.AutoString(), nullable=True),
        sa.Column("flags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "revision"),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sqlmodel.AutoString(), nullable=False),
        sa.Column("action", sqlmodel.AutoString(), nullable=False),
        sa.Column("from_status", sqlmodel.AutoString(), nullable=True),
        sa.Column("to_status", sqlmodel.AutoString(), nullable=True),
        sa.Column("why", sqlmodel.AutoString(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sqlmodel.AutoString(), nullable=False),
        sa.Column("mac", sqlmodel.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "seq"),
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mailbox_id", sa.Uuid(), nullable=False),
        sa.Column("gmail_id", sqlmodel.AutoString(), nullable=False),
        sa.Column("gmail_thread_id", sqlmodel.AutoString(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("direction", sqlmodel.AutoString(), nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("state", sqlmodel.AutoString(), nullable=False),
        sa.Column("fate", sqlmodel.AutoString(), nullable=True),
        sa.Column("reason", sqlmodel.AutoString(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_raw", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_details", sa.LargeBinary(), nullable=True),
        sa.Column("subject", sqlmodel.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.AutoString(), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("defects", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("risks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answerable", sa.Boolean(), nullable=False),
        sa.Column("sender_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("message_id_hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("customer_number", sa.Integer(), nullable=True),
        sa.Column("domain", sqlmodel.AutoString(), nullable=False),
        sa.Column("brought_back_by", sqlmodel.AutoString(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailbox_id"],
            ["mailbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mailbox_id", "gmail_id"),
    )
    op.create_index("ix_message_aside", "message", ["fate", "received_at"], unique=False)
    op.create_index(op.f("ix_message_message_id_hash"), "message", ["message_id_hash"], unique=False)
    op.create_index(op.f("ix_message_sender_hash"), "message", ["sender_hash"], unique=False)
    op.create_index("ix_message_thread", "message", ["mailbox_id", "gmail_thread_id"], unique=False)
    op.create_index(op.f("ix_message_ticket_id"), "message", ["ticket_id"], unique=False)


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("key", sqlmodel.AutoString(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sqlmodel.AutoString(), nullable=False),
        sa.Column("to", sqlmodel.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.AutoString(), nullable=False),
        sa.Column("channel_id", sqlmodel.AutoString(), nullable=False),
        sa.Column("ts", sqlmodel.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )


def _reply() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.AutoString(), nullable=False),
        sa.Column("approved_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_raw", sa.LargeBinary(), nullable=True),
        sa.Column("raw_sha256", sqlmodel.AutoString(), nullable=False),
        sa.Column("gmail_thread_id", sqlmodel.AutoString(), nullable=False),
        sa.Column("gmail_draft_id", sqlmodel.AutoString(), nullable=True),
        sa.Column("gmail_draft_message_id", sqlmodel.AutoString(), nullable=True),
        sa.Column("gmail_message_id", sqlmodel.AutoString(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sqlmodel.AutoString(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["draft.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "revision"),
    )
    op.create_index(op.f("ix_reply_gmail_message_id"), "reply", ["gmail_message_id"], unique=False)
    op.create_index(
        "uq_reply_in_flight",
        "reply",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("status in ('proposed','held','sending','uncertain')"),
    )
