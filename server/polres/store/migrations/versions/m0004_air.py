"""Tables of the air road: counters and windows, reports by SMS, and what else the modem got."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PLACE = ("node", "instance")


def _whole(*names: str, null: bool = False) -> tuple["sa.Column[int]", ...]:
    return tuple(sa.Column(name, sa.BigInteger(), nullable=null) for name in names)


def _octets(*names: str, null: bool = False) -> tuple["sa.Column[bytes]", ...]:
    return tuple(sa.Column(name, sa.LargeBinary(), nullable=null) for name in names)


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "air_nodes",
        *_whole(*_PLACE, "reserved", "highest"),
        *_octets("seen"),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("sim", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        *_whole("heard_s", null=True),
        *_octets("beat", null=True),
        *_whole("beat_s", null=True),
        *_octets("run", "asked", null=True),
        *_whole("asked_s", null=True),
        sa.PrimaryKeyConstraint(*_PLACE),
    )
    op.create_table(
        "air_reports",
        *_whole(*_PLACE, "seq"),
        sa.Column("ticket", sa.Text(), nullable=False),
        *_octets("content", null=True),
        *_whole("came_s"),
        sa.PrimaryKeyConstraint(*_PLACE, "seq"),
    )
    op.create_table(
        "air_parts",
        *_whole(*_PLACE, "seq", "total", "number"),
        *_octets("octets"),
        sa.PrimaryKeyConstraint(*_PLACE, "seq", "total", "number"),
    )
    op.create_table(
        "strays",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("pdu", sa.Text(), nullable=False),
        *_whole("came_s"),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("strays", "air_parts", "air_reports", "air_nodes"):
        op.drop_table(name)
