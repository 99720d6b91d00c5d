"""The tables. What a leader writes stands only in the columns named ``sealed``.

person ─┬─ membership ─┬─ gathering ── gathering_group ── moved_date
        │              └─ answer_head ── answer, save      (and step_mark, notice_acceptance)
        └─ key_pair ─┬─ key_wrap
                     ├─ content_key ── answer
                     └─ session          invitation
parcel ── parcel_key            what someone has shared, and each reader's way in
gathering_group ─┬─ contract ── contract_acceptance
                 └─ room
mailing ── mailing_line         who is sent what by mail, and how far it is
calendar_mark                   what each leader's calendar was last told
evaluation_wave                 questions to all leaders, with every answer sealed in the same row
theme_round                     themes that leaders suggest and choose among, sealed in the same row
charter                         what a network is for, version by version, in the organisation's own words
network_decision                what has been decided about a network, sealed whole
survey ── survey_wave ── survey_answer   a questionnaire in waves: drafts sealed in the wave's row, then answers of nobody
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC without a zone in both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Called by SQLAlchemy on the way in."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Called by SQLAlchemy on the way out."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _membership_key(name: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["gathering", "person"], ["membership.gathering", "membership.person"], name=name)


def _group_key(name: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["gathering", "group"], ["gathering_group.gathering", "gathering_group.name"], name=name)


person = Table(
    "person",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),  # as the first gathering called them, or the only one calls them
    Column("public", String(64)),  # the key pair in use; none before enrolment
)

gathering = Table(
    "gathering",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("sealed_safe", LargeBinary),  # the safe's public key, sealed so that nobody can put another in its place
)

gathering_group = Table(
    "gathering_group",
    metadata,
    Column("gathering", ForeignKey("gathering.id"), primary_key=True),
    Column("name", Text, primary_key=True),
)

membership = Table(
    "membership",
    metadata,
    Column("gathering", ForeignKey("gathering.id"), primary_key=True),
    Column("person", ForeignKey("person.id"), primary_key=True),
    Column("name", Text, nullable=False),  # what that gathering calls them
    Column("role", String(20), nullable=False),
    Column("group", Text),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("led_until", Moment),  # of one who has been a leader and is none any more
    _group_key("fk_membership_group"),
    Index("ix_membership_person", "person"),
)

key_pair = Table(
    "key_pair",
    metadata,
    Column("public", String(64), primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_key_pair_person", "person"),
)

key_wrap = Table(
    "key_wrap",
    metadata,
    Column("pair", ForeignKey("key_pair.public"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("opener", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("passes", Integer, nullable=False),
    Column("memory", Integer, nullable=False),
)

content_key = Table(
    "content_key",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("gathering", String(40), nullable=False),
    Column("person", String(32), nullable=False),
    Column("pair", ForeignKey("key_pair.public"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    _membership_key("fk_content_key_membership"),
    UniqueConstraint("gathering", "person", "pair"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("gathering", ForeignKey("gathering.id")),
    Column("kind", String(20), nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("shown", Boolean, nullable=False),  # others than the owner may have seen it: cards, lists of links
    Column("spent_at", Moment),  # used, or made void by another
    Column("opened_at", Moment),  # when someone has touched its page: from then on it lies in a browser's history
    Index("ix_invitation_person", "person"),
)

session = Table(
    "session",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("pair", ForeignKey("key_pair.public"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("label", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("elsewhere", Text),  # the label of a device that was new when it signed in, until this one has been told
    Index("ix_session_person", "person"),
)

answer_head = Table(
    "answer_head",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("person", String(32), primary_key=True),
    Column("field", String(100), primary_key=True),
    Column("head", Integer, nullable=False),  # the version that is the field's text; 0: none yet
    Column("newest", Integer, nullable=False),  # the highest version given out, asides included
    Column("filled", Boolean, nullable=False),
    _membership_key("fk_answer_head_membership"),
)

answer = Table(
    "answer",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("person", String(32), primary_key=True),
    Column("field", String(100), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content_key", ForeignKey("content_key.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("aside", Boolean, nullable=False),
    Column("unresolved", Boolean, nullable=False),  # an aside that no save has resolved yet
    ForeignKeyConstraint(
        ["gathering", "person", "field"],
        ["answer_head.gathering", "answer_head.person", "answer_head.field"],
        name="fk_answer_head",
    ),
)

save = Table(
    "save",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("person", String(32), primary_key=True),
    Column("save_id", String(64), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),  # of field and text, with a key of the author
    Column("version", Integer, nullable=False),
    Column("aside", Boolean, nullable=False),
    Column("saved_at", Moment, nullable=False),
    _membership_key("fk_save_membership"),
)

step_mark = Table(
    "step_mark",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("person", String(32), primary_key=True),
    Column("step", Text, primary_key=True),
    Column("marked_at", Moment, nullable=False),
    _membership_key("fk_step_mark_membership"),
)

moved_date = Table(
    "moved_date",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("group", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("day", Date, nullable=False),
    _group_key("fk_moved_date_group"),
)

notice_acceptance = Table(
    "notice_acceptance",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("person", String(32), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("accepted_at", Moment, nullable=False),
    _membership_key("fk_notice_acceptance_membership"),
)

parcel = Table(
    "parcel",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("gathering", String(40), nullable=False),
    Column("person", String(32), nullable=False),  # its author
    Column("kind", String(20), nullable=False),
    Column("subject", String(100), nullable=False),  # what it is about: a draft's id, a round; or empty
    Column("number", Integer, nullable=False),
    Column("group", Text, nullable=False),  # the author's group that day; or empty
    Column("made_at", Moment, nullable=False),
    Column("due", Date),  # readers may see it from that day
    Column("gone_on", Date),  # it is deleted that day, as its group has agreed
    Column("withdrawn_at", Moment),
    Column("sealed", LargeBinary, nullable=False),
    _membership_key("fk_parcel_membership"),
    UniqueConstraint("gathering", "person", "kind", "subject", "number"),
)

parcel_key = Table(
    "parcel_key",
    metadata,
    Column("parcel", ForeignKey("parcel.id"), primary_key=True),
    Column("person", ForeignKey("person.id"), primary_key=True),
    Column("pair", ForeignKey("key_pair.public"), nullable=False),
    Column("sealed", LargeBinary),  # none: it was withdrawn from this reader
    Index("ix_parcel_key_person", "person"),
)

contract = Table(
    "contract",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("group", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("parcel", ForeignKey("parcel.id"), nullable=False),
    Column("harvest", Boolean, nullable=False),
    Column("feedback", Boolean, nullable=False),
    Column("export", Boolean, nullable=False),
    Column("fades", Boolean, nullable=False),
    _group_key("fk_contract_group"),
)

contract_acceptance = Table(
    "contract_acceptance",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("group", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("person", ForeignKey("person.id"), primary_key=True),
    Column("accepted_at", Moment, nullable=False),
    Column("left_at", Moment),  # has left the group since: who comes back is asked again
    ForeignKeyConstraint(
        ["gathering", "group", "number"], ["contract.gathering", "contract.group", "contract.number"], name="fk_contract"
    ),
)

room = Table(
    "room",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("group", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("phase", Integer, nullable=False),  # from 0; -1: not begun
    Column("began_at", Moment, nullable=False),
    Column("paused_at", Moment),
    Column("extra", Integer, nullable=False),  # seconds
    Column("order", Text, nullable=False),  # person ids with spaces between
    Column("chair", String(32), nullable=False),  # who holds the facilitator's role; or empty
    _group_key("fk_room_group"),
)

mailing = Table(
    "mailing",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("gathering", ForeignKey("gathering.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("trouble", String(20), nullable=False),  # why it is paused; or empty
    Column("made_at", Moment, nullable=False),
    Index("ix_mailing_gathering", "gathering"),
)

mailing_line = Table(
    "mailing_line",
    metadata,
    Column("mailing", ForeignKey("mailing.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("group", Text, nullable=False),  # whose meeting a calendar is told of; or empty
    Column("steps", Text, nullable=False),  # names of the steps it is about, with spaces between
    Column("state", String(20), nullable=False),
    Column("round", Integer, nullable=False),  # how many times someone has asked for it again
    Column("code", Integer),  # the mail server's refusal
    Column("reason", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ix_mailing_line_person", "person"),
)

calendar_mark = Table(
    "calendar_mark",
    metadata,
    Column("gathering", ForeignKey("gathering.id"), primary_key=True),
    Column("group", Text, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("person", ForeignKey("person.id"), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("starts", Time),
    Column("minutes", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Column("sent_at", Moment, nullable=False),
)

evaluation_wave = Table(
    "evaluation_wave",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("gathering", ForeignKey("gathering.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("opens", Date, nullable=False),
    Column("closes", Date, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("sealed", LargeBinary),  # who has answered and what, mixed; once it is closed what is shown, or none
    Index("ix_evaluation_wave_gathering", "gathering"),
)

theme_round = Table(
    "theme_round",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("gathering", ForeignKey("gathering.id"), nullable=False),
    Column("opens", Date, nullable=False),
    Column("suggests", Date, nullable=False),  # the last day to suggest; from the next to ``closes`` leaders choose
    Column("closes", Date, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("listed", LargeBinary, nullable=False),  # the facilitator's list to start from
    Column("sealed", LargeBinary, nullable=False),  # who suggested or chose what; once it is closed what is shown
    Index("ix_theme_round_gathering", "gathering"),
)

charter = Table(
    "charter",
    metadata,
    Column("gathering", ForeignKey("gathering.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # the version, from 1
    Column("made_at", Moment, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # with the gathering's own key: every member may read it
)

survey = Table(
    "survey",
    metadata,
    Column("gathering", ForeignKey("gathering.id"), primary_key=True),
    Column("relations", Text, nullable=False),  # JSON: the departments that were promised before wave one
    Column("ended", Boolean, nullable=False),
)

survey_wave = Table(
    "survey_wave",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("gathering", ForeignKey("gathering.id"), nullable=False),
    Column("number", Integer),  # the place among those that show something, from 1
    Column("title", Text, nullable=False),
    Column("opens", Date, nullable=False),
    Column("closes", Date, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("asks", Text),  # JSON: what it asks, from the day it opens
    Column("departments", LargeBinary),  # each leader's when it opened, under the wave's key; none once it is closed
    Column("sealed", LargeBinary),  # the drafts of all, under the wave's key, which no backup has; none once it is closed
    Column("released", LargeBinary),  # what is shown of it, from the close
    Index("ix_survey_wave_gathering", "gathering"),
)

survey_answer = Table(
    "survey_answer",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("wave", ForeignKey("survey_wave.id"), primary_key=True),
    Column("item", String(100), primary_key=True),
    Column("token", String(32), primary_key=True),  # another one for each answer of the same leader
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,  # so that there is no order of insertion
)

veto = Table(
    "veto",
    metadata,
    Column("gathering", String(40), primary_key=True),
    Column("person", String(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    _membership_key("fk_veto_membership"),
)

network_decision = Table(
    "network_decision",
    metadata,
    Column("gathering", ForeignKey("gathering.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
