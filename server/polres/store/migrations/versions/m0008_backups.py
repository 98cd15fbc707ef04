"""How the backup of each desa's box stands."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; what boxes say from now on fills it."""
    op.create_table(
        "backups",
        sa.Column("node", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.Column("reports", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("noted_s", sa.BigInteger(), nullable=False),
        sa.Column("restored_s", sa.BigInteger(), nullable=True),
        sa.Column("restored_from_s", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("node"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("backups")
