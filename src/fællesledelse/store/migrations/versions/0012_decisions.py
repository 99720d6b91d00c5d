"""Decisions about a network in the course of its life."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "network_decision",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_network_decision_gathering"),
        sa.PrimaryKeyConstraint("gathering", "number", name="pk_network_decision"),
    )
