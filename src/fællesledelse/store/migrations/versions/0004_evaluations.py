"""Evaluations: one row for each wave, with all of its answers sealed in it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "evaluation_wave",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opens", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_evaluation_wave_gathering"),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_wave"),
    )
    op.create_index("ix_evaluation_wave_gathering", "evaluation_wave", ["gathering"])
