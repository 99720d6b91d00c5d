"""The departments of a wave's leaders, as they were when it opened, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make room for them. A wave that is open gets them at the next look (see ``store.surveys``)."""
    op.add_column("survey_wave", sa.Column("departments", sa.LargeBinary()))
