"""When a link was opened by somebody, and so came to lie in a browser's history."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column."""
    op.add_column("invitation", sa.Column("opened_at", sa.DateTime()))
