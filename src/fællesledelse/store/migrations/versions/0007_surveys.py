"""The survey: its waves, with the drafts of all sealed in one row, and the answers, which are nobody's."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "survey",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("relations", sa.Text(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_survey_gathering"),
        sa.PrimaryKeyConstraint("gathering", name="pk_survey"),
    )
    op.create_table(
        "survey_wave",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opens", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("asks", sa.Text()),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("released", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_survey_wave_gathering"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_wave"),
    )
    op.create_index("ix_survey_wave_gathering", "survey_wave", ["gathering"])
    op.create_table(
        "survey_answer",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("wave", sa.String(32), nullable=False),
        sa.Column("item", sa.String(100), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["wave"], ["survey_wave.id"], name="fk_survey_answer_wave"),
        sa.PrimaryKeyConstraint("gathering", "wave", "item", "token", name="pk_survey_answer"),
        sqlite_with_rowid=False,
    )
