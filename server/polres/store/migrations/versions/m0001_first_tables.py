"""The first tables: journals, desas, notes, accounts and the projection."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables, and the counters at their start."""
    _journals()
    _desas()
    _keys()
    _notes()
    _reports()
    _lines()
    _notes_of_desas()
    counters = sa.table("counters", sa.column("name", sa.Text), sa.column("value", sa.BigInteger))
    op.bulk_insert(counters, [{"name": "era", "value": 0}, {"name": "changes", "value": 0}])


def downgrade() -> None:
    """Drop all tables."""
    for name in reversed(_TABLES):
        op.drop_table(name)


_TABLES = (
    "entries",
    "frames",
    "counters",
    "nodes",
    "cards",
    "duty_keys",
    "unit_wraps",
    "session_keys",
    "down_sessions",
    "forks",
    "returns",
    "officer_requests",
    "users",
    "reports",
    "history",
    "outgoing",
    "contacts",
    "texts",
    "orders",
)


def _journals() -> None:
    op.create_table(
        "entries",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("log", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("node", "log", "instance", "seq"),
    )
    op.create_table(
        "frames",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("log", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("frame", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("node", "log", "instance", "last"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _desas() -> None:
    op.create_table(
        "nodes",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=True),
        sa.Column("enrolled_s", sa.BigInteger(), nullable=True),
        sa.Column("down_instance", sa.BigInteger(), nullable=False),
        sa.Column("people_version", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.Column("last_contact_s", sa.BigInteger(), nullable=True),
        sa.Column("announced_seq", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revoked_s", sa.BigInteger(), nullable=True),
        sa.Column("flagged_from", sa.BigInteger(), nullable=True),
        sa.Column("trusted_run", sa.LargeBinary(), nullable=True),
        sa.Column("trusted_network", sa.Text(), nullable=True),
        sa.Column("trusted_s", sa.BigInteger(), nullable=True),
        sa.Column("keys_reason", sa.Text(), nullable=True),
        sa.Column("grant_until_s", sa.BigInteger(), nullable=True),
        sa.Column("grant_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("node"),
    )
    op.create_table(
        "cards",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=True),
        sa.Column("certificate", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("node"),
    )


def _keys() -> None:
    op.create_table(
        "duty_keys",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("node", "instance"),
    )
    op.create_table(
        "unit_wraps",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("node", "session"),
    )
    op.create_table(
        "session_keys",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("started_s", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "session"),
    )
    op.create_table(
        "down_sessions",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("started_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "session"),
    )


def _notes() -> None:
    op.create_table(
        "forks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ours", sa.LargeBinary(), nullable=True),
        sa.Column("theirs", sa.LargeBinary(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("found_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "officer_requests",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("asked_s", sa.BigInteger(), nullable=False),
        sa.Column("decided_s", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("node", "instance", "seq"),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("memory_mib", sa.BigInteger(), nullable=False),
        sa.Column("passes", sa.BigInteger(), nullable=False),
        sa.Column("verifier", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("failed_s", sa.BigInteger(), nullable=False),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("rt", sa.BigInteger(), nullable=True),
        sa.Column("rw", sa.BigInteger(), nullable=True),
        sa.Column("dusun", sa.Text(), nullable=True),
        sa.Column("landmark", sa.Text(), nullable=True),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("confidence_percent", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("sent_s", sa.BigInteger(), nullable=True),
        sa.Column("received_s", sa.BigInteger(), nullable=False),
        sa.Column("trust", sa.BigInteger(), nullable=False),
        sa.Column("copies", sa.BigInteger(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=True),
        sa.Column("forwarded_to", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("updated_s", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "instance", "ticket"),
    )
    op.create_index("reports_by_time", "reports", ["received_s"], unique=False)


def _lines() -> None:
    op.create_table(
        "history",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("trust", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("node", "instance", "seq"),
    )
    op.create_index("history_by_ticket", "history", ["node", "ticket"], unique=False)
    op.create_table(
        "outgoing",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "ticket", "notice"),
    )


def _notes_of_desas() -> None:
    op.create_table(
        "contacts",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("node", "name"),
    )
    op.create_table(
        "texts",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "instance", "seq"),
    )
    op.create_table(
        "orders",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.Column("reached_desa_s", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("sms_outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("node", "instance", "seq"),
    )
    op.create_index("orders_by_ticket", "orders", ["node", "ticket"], unique=False)
