"""Rounds of themes: one row for each, with what leaders suggest and choose sealed in it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "theme_round",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("opens", sa.Date(), nullable=False),
        sa.Column("suggests", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_theme_round_gathering"),
        sa.PrimaryKeyConstraint("id", name="pk_theme_round"),
    )
    op.create_index("ix_theme_round_gathering", "theme_round", ["gathering"])
