"""Charters of networks: a row for each version, sealed with the gathering's own key."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "charter",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_charter_gathering"),
        sa.PrimaryKeyConstraint("gathering", "number", name="pk_charter"),
    )
