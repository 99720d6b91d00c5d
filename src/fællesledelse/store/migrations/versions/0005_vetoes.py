"""Vetoes: with whom a leader would rather not be in a group."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "veto",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gathering", "person"], ["membership.gathering", "membership.person"], name="fk_veto_membership"
        ),
        sa.PrimaryKeyConstraint("gathering", "person", name="pk_veto"),
    )
