"""Former logs of boxes, their claims to go on, what a backup covers, and evidence of restores."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _int(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _blob(name: str, *, null: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=null)


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "instances",
        _int("node"),
        _int("instance"),
        _blob("public"),
        _int("ended_s"),
        _int("revoked_s", null=True),
        _int("flagged_from", null=True),
        _int("last_contact_s", null=True),
        sa.PrimaryKeyConstraint("node", "instance"),
    )
    op.create_table(
        "claims",
        _int("node"),
        _blob("public"),
        _int("instance"),
        _int("head_seq"),
        _blob("head_hash"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        _int("first_s"),
        _int("last_s"),
        _int("decided_s", null=True),
        _blob("certificate", null=True),
        sa.PrimaryKeyConstraint("node", "public"),
    )
    _evidence()


def _evidence() -> None:
    op.create_table(
        "durable",
        _int("node"),
        _int("instance"),
        _int("seq"),
        _int("at_s"),
        sa.PrimaryKeyConstraint("node", "instance"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        _int("node"),
        sa.Column("kind", sa.Text(), nullable=False),
        _int("at_s"),
        _blob("proof"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "carried",
        _int("node"),
        _int("instance"),
        _int("seq"),
        _blob("hash"),
        sa.PrimaryKeyConstraint("node", "instance", "seq", "hash"),
    )
    op.create_table(
        "lineage",
        _int("node"),
        _int("instance"),
        _int("parent"),
        _int("common"),
        sa.PrimaryKeyConstraint("node", "instance"),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("lineage", "carried", "evidence", "durable", "claims", "instances"):
        op.drop_table(name)
