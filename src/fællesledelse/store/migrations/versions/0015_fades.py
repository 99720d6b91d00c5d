"""Whether a group's drafts and feedback are deleted on the way, and the day on which each one is."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns. Nobody has agreed on it in a contract from before."""
    op.add_column("contract", sa.Column("fades", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("parcel", sa.Column("gone_on", sa.Date()))
