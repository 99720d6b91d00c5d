"""Mails to many: who is sent what, how far it is, and what calendars were last told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "mailing",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("trouble", sa.String(20), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_mailing_gathering"),
        sa.PrimaryKeyConstraint("id", name="pk_mailing"),
    )
    op.create_index("ix_mailing_gathering", "mailing", ["gathering"])
    op.create_table(
        "mailing_line",
        sa.Column("mailing", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["mailing"], ["mailing.id"], name="fk_mailing_line_mailing"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_mailing_line_person"),
        sa.PrimaryKeyConstraint("mailing", "number", name="pk_mailing_line"),
    )
    op.create_index("ix_mailing_line_person", "mailing_line", ["person"])
    op.create_table(
        "calendar_mark",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time()),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_calendar_mark_gathering"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_calendar_mark_person"),
        sa.PrimaryKeyConstraint("gathering", "group", "step", "person", name="pk_calendar_mark"),
    )
