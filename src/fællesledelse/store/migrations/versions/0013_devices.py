"""What a device is to be told of: that another one, which was new, has signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column."""
    op.add_column("session", sa.Column("elsewhere", sa.Text()))
