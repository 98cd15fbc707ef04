"""What tells a fresh request from one said again, and when a session was last written in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a session that is known counts as written in when it was first seen."""
    op.add_column("nodes", sa.Column("issued_s", sa.BigInteger(), nullable=True))
    op.add_column("nodes", sa.Column("fresh_s", sa.BigInteger(), nullable=True))
    op.add_column("session_keys", sa.Column("last_entry_s", sa.BigInteger(), nullable=True))
    # The receipt of the last trusted contact carried its time.
    op.execute("update nodes set issued_s = trusted_s, fresh_s = trusted_s")
    op.execute("update session_keys set last_entry_s = first_seen_s")
    op.create_table(
        "runs",
        sa.Column("node", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("node", "run"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("runs")
    op.drop_column("session_keys", "last_entry_s")
    op.drop_column("nodes", "fresh_s")
    op.drop_column("nodes", "issued_s")
