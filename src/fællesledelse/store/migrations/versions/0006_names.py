"""What each gathering calls its people, and which links someone beside their owner may have seen."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns. Of the links there are, nobody knows who has seen them."""
    op.add_column("membership", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE membership SET name = (SELECT person.name FROM person WHERE person.id = membership.person)")
    op.add_column("invitation", sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.true()))
