"""What a group shares: parcels with a key for each reader, contracts, rooms."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "parcel",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("gathering", sa.String(40), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("withdrawn_at", sa.DateTime()),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _membership_key("fk_parcel_membership"),
        sa.PrimaryKeyConstraint("id", name="pk_parcel"),
        sa.UniqueConstraint("gathering", "person", "kind", "subject", "number", name="uq_parcel_gathering"),
    )
    op.create_table(
        "parcel_key",
        sa.Column("parcel", sa.String(32), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("pair", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["parcel"], ["parcel.id"], name="fk_parcel_key_parcel"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_parcel_key_person"),
        sa.ForeignKeyConstraint(["pair"], ["key_pair.public"], name="fk_parcel_key_pair"),
        sa.PrimaryKeyConstraint("parcel", "person", name="pk_parcel_key"),
    )
    op.create_index("ix_parcel_key_person", "parcel_key", ["person"])
    op.create_table(
        "contract",
        *_group_columns(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parcel", sa.String(32), nullable=False),
        sa.Column("harvest", sa.Boolean(), nullable=False),
        sa.Column("feedback", sa.Boolean(), nullable=False),
        sa.Column("export", sa.Boolean(), nullable=False),
        _group_key("fk_contract_group"),
        sa.ForeignKeyConstraint(["parcel"], ["parcel.id"], name="fk_contract_parcel"),
        sa.PrimaryKeyConstraint("gathering", "group", "number", name="pk_contract"),
    )
    op.create_table(
        "contract_acceptance",
        *_group_columns(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=False),
        sa.Column("left_at", sa.DateTime()),
        sa.ForeignKeyConstraint(
            ["gathering", "group", "number"],
            ["contract.gathering", "contract.group", "contract.number"],
            name="fk_contract",
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_contract_acceptance_person"),
        sa.PrimaryKeyConstraint("gathering", "group", "number", "person", name="pk_contract_acceptance"),
    )
    op.create_table(
        "room",
        *_group_columns(),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("paused_at", sa.DateTime()),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("chair", sa.String(32), nullable=False),
        _group_key("fk_room_group"),
        sa.PrimaryKeyConstraint("gathering", "group", "step", name="pk_room"),
    )


def _group_columns() -> tuple[sa.Column[str], ...]:
    return sa.Column("gathering", sa.String(40), nullable=False), sa.Column("group", sa.Text(), nullable=False)


def _group_key(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["gathering", "group"], ["gathering_group.gathering", "gathering_group.name"], name=name)


def _membership_key(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["gathering", "person"], ["membership.gathering", "membership.person"], name=name)
