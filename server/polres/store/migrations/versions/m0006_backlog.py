"""By which roads the desas are heard, what these carried, and since when a desa lags."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; what was heard before them was not counted."""
    op.create_table(
        "road_months",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("road", sa.Text(), nullable=False),
        sa.Column("month", sa.BigInteger(), nullable=False),
        sa.Column("up", sa.BigInteger(), nullable=False),
        sa.Column("down", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "road", "month"),
    )
    op.create_table(
        "road_contacts",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("road", sa.Text(), nullable=False),
        sa.Column("last_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", "road"),
    )
    op.create_table(
        "lags",
        sa.Column("node", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since_s", sa.BigInteger(), nullable=False),
        sa.Column("base_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("lags", "road_contacts", "road_months"):
        op.drop_table(table)
