"""The first schema: people, gatherings, keys, answers, progress."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "gathering",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed_safe", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_gathering"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_table(
        "gathering_group",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_gathering_group_gathering"),
        sa.PrimaryKeyConstraint("gathering", "name", name="pk_gathering_group"),
    )
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("gathering", sa.String(40)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("spent_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_invitation_gathering"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_invitation_person"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_invitation"),
    )
    op.create_index("ix_invitation_person", "invitation", ["person"])
    op.create_table(
        "key_pair",
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_key_pair_person"),
        sa.PrimaryKeyConstraint("public", name="pk_key_pair"),
    )
    op.create_index("ix_key_pair_person", "key_pair", ["person"])
    op.create_table(
        "key_wrap",
        sa.Column("pair", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("opener", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("memory", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pair"], ["key_pair.public"], name="fk_key_wrap_pair"),
        sa.PrimaryKeyConstraint("pair", "kind", "opener", name="pk_key_wrap"),
    )
    op.create_table(
        "membership",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("group", sa.Text()),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.ForeignKeyConstraint(
            ["gathering", "group"], ["gathering_group.gathering", "gathering_group.name"], name="fk_membership_group"
        ),
        sa.ForeignKeyConstraint(["gathering"], ["gathering.id"], name="fk_membership_gathering"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_membership_person"),
        sa.PrimaryKeyConstraint("gathering", "person", name="pk_membership"),
    )
    op.create_index("ix_membership_person", "membership", ["person"])
    op.create_table(
        "moved_date",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gathering", "group"], ["gathering_group.gathering", "gathering_group.name"], name="fk_moved_date_group"
        ),
        sa.PrimaryKeyConstraint("gathering", "group", "step", name="pk_moved_date"),
    )
    op.create_table(
        "session",
        sa.Column("id_hash", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("pair", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["pair"], ["key_pair.public"], name="fk_session_pair"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_session_person"),
        sa.PrimaryKeyConstraint("id_hash", name="pk_session"),
    )
    op.create_index("ix_session_person", "session", ["person"])
    op.create_table(
        "answer_head",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("field", sa.String(100), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("filled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gathering", "person"], ["membership.gathering", "membership.person"], name="fk_answer_head_membership"
        ),
        sa.PrimaryKeyConstraint("gathering", "person", "field", name="pk_answer_head"),
    )
    op.create_table(
        "content_key",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("pair", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gathering", "person"], ["membership.gathering", "membership.person"], name="fk_content_key_membership"
        ),
        sa.ForeignKeyConstraint(["pair"], ["key_pair.public"], name="fk_content_key_pair"),
        sa.PrimaryKeyConstraint("id", name="pk_content_key"),
        sa.UniqueConstraint("gathering", "person", "pair", name="uq_content_key_gathering"),
    )
    op.create_table(
        "notice_acceptance",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gathering", "person"], ["membership.gathering", "membership.person"], name="fk_notice_acceptance_membership"
        ),
        sa.PrimaryKeyConstraint("gathering", "person", "digest", name="pk_notice_acceptance"),
    )
    op.create_table(
        "save",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("save_id", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("aside", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gathering", "person"], ["membership.gathering", "membership.person"], name="fk_save_membership"
        ),
        sa.PrimaryKeyConstraint("gathering", "person", "save_id", name="pk_save"),
    )
    op.create_table(
        "step_mark",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gathering", "person"], ["membership.gathering", "membership.person"], name="fk_step_mark_membership"
        ),
        sa.PrimaryKeyConstraint("gathering", "person", "step", name="pk_step_mark"),
    )
    op.create_table(
        "answer",
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("field", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_key", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("aside", sa.Boolean(), nullable=False),
        sa.Column("unresolved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["content_key"], ["content_key.id"], name="fk_answer_content_key"),
        sa.ForeignKeyConstraint(
            ["gathering", "person", "field"],
            ["answer_head.gathering", "answer_head.person", "answer_head.field"],
            name="fk_answer_head",
        ),
        sa.PrimaryKeyConstraint("gathering", "person", "field", "version", name="pk_answer"),
    )
