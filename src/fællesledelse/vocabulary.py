"""The calls a notebook cell may make, and what each means in fields and readings.

The builder reads the calls from the syntax tree and writes the manifest from them; the workbook makes them when the
cell runs. Both ask here, so a page and its manifest can't disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .model import FieldKind, Readers

DRAFT = ("draft.task", "draft.why", "draft.values", "draft.offer", "draft.expect", "draft.practising")
"""The six headings of the foundation, in the order they are read."""


LIVING = ("draft.values", "draft.offer", "draft.practising", "promise", "period")
"""What the living foundation is made of: the sentences that promise something, and what was written in the periods."""

GIFTS = ("harvest", "promise", "words")
"""What leaders write to one another at a workshop: sentences heard, the promise as it was heard, the words that landed."""


PERIOD = "period"
"""What the keys of a period's page begin with. A page that is built several times has its own: see ``placed``."""

MEETING = "meeting"
"""The same for the page of a network's meeting."""

LARGEST = 12
"""People in the largest group there is a run sheet for."""


@dataclass(frozen=True)
class FieldSpec:
    """A field as the cell asks for it. ``part`` is the number of the bullet in the prose above that labels it, or None."""

    key: str
    kind: FieldKind
    limit: int
    readers: Readers = Readers.SELF
    core: bool = True
    part: int | None = None
    number: int | None = None  # which card of a row of cards, from 1


@dataclass(frozen=True)
class Call:
    """What one call asks for: fields to fill in, and keys (or beginnings of keys) of other fields to show.

    ``people``: the cell is a run sheet for that many, and its phases stand in the prose above. ``proposes``: the bullets
    of the prose above are the contract that the page proposes to a group.
    """

    fields: tuple[FieldSpec, ...] = ()
    reads: tuple[str, ...] = ()
    people: int = 0
    proposes: bool = False


def placed(call: Call, step: str) -> Call:
    """The call as it is made on the page of ``step``: ``period.try`` is that page's own, ``period.periode-a.try``."""
    fields = tuple(replace(field, key=own(field.key, step)) for field in call.fields)
    return replace(call, fields=fields, reads=tuple(own(key, step) for key in call.reads))


def own(key: str, step: str) -> str:
    """The key that a cell's ``key`` stands for on the page of ``step``."""
    head, _, rest = key.partition(".")
    return f"{head}.{step}.{rest}" if head in (PERIOD, MEETING) and rest else key


def _key(key: str) -> str:
    parts = key.split(".")
    if not all(part and part.replace("-", "").isalnum() and part.isascii() and part == part.lower() for part in parts):
        raise ValueError(f"nøglen {key!r} må kun have små bogstaver a–z, tal, bindestreg og punktum")
    if parts[0] == "private":
        raise ValueError(f"nøglen {key!r} begynder med 'private'; brug page.private")
    return key


def text(
    key: str,
    *,
    lines: int = 4,
    limit: int = 4000,
    extra: bool = False,
    readers: str = "self",
    sources: list[str] | None = None,
) -> Call:
    """A text. ``lines`` is its height on screen; ``sources`` are keys whose chosen sentences can be carried in."""
    if lines < 1:
        raise ValueError("lines skal være mindst 1")
    spec = FieldSpec(_key(key), FieldKind.TEXT, _limit(limit), Readers(readers), core=not extra)
    return Call((spec,), tuple(sources or ()))


def cards(
    key: str, *, parts: list[str], count: int = 3, limit: int = 1500, extra: bool = False, readers: str = "self"
) -> Call:
    """Up to ``count`` cards with the same parts; bullet n in the prose above labels part n. Keys: ``key.card.part``."""
    if not 1 <= count <= 8:
        raise ValueError("count skal være mellem 1 og 8")
    return Call(
        tuple(
            FieldSpec(_key(f"{key}.{card}.{part}"), FieldKind.TEXT, _limit(limit), Readers(readers), not extra, index, card)
            for card in range(1, count + 1)
            for index, part in enumerate(parts)
        )
    )


def private(key: str, *, lines: int = 5, limit: int = 8000) -> Call:
    """A text of the private annex: never anyone's but the author's."""
    if lines < 1:
        raise ValueError("lines skal være mindst 1")
    return Call((FieldSpec(f"private.{_key(key)}", FieldKind.TEXT, _limit(limit), core=False),))


def choose(key: str, *, sources: list[str], most: int = 8) -> Call:
    """Own sentences from ``sources``, of which at most ``most`` are chosen to go on to the draft."""
    if most < 1:
        raise ValueError("most skal være mindst 1")
    return Call((FieldSpec(_key(key), FieldKind.CHOICE, 20_000),), tuple(sources))


def pick(key: str, *, extra: bool = False, readers: str = "self") -> Call:
    """One of the bullets in the prose above."""
    return Call((FieldSpec(_key(key), FieldKind.PICK, 300, Readers(readers), core=not extra),))


def date(key: str, *, extra: bool = False, readers: str = "self") -> Call:
    """A day the leader sets."""
    return Call((FieldSpec(_key(key), FieldKind.DATE, 10, Readers(readers), core=not extra),))


def earlier(*keys: str) -> Call:
    """What the leader wrote before, to read."""
    return Call(reads=keys)


def draft() -> Call:
    """The foundation as it stands: the six headings, with its length and reading time."""
    return Call(reads=DRAFT)


def mirror() -> Call:
    """The mirror for empty words: at most three questions about the draft, only when the leader asks."""
    return Call(reads=DRAFT)


def contract(*, parts: list[str], limit: int = 800) -> Call:
    """The group's contract. Bullet n in the prose above proposes part n: a bold title, then the text.

    Without parts the page proposes nothing; it shows the contract as it stands.
    """
    return replace(cards("contract", parts=parts, count=1, limit=limit), proposes=bool(parts))


def run_sheet(*, people: int) -> Call:
    """How the workshop goes for a group of ``people``; the phases are the list in the prose above."""
    if not 2 <= people <= LARGEST:
        raise ValueError(f"people skal være mellem 2 og {LARGEST}")
    return Call(people=people)


def room() -> Call:
    """The workshop as a room: the phase, the roles and the time, the same for the whole group."""
    return Call()


def give(kind: str, *, rounds: int = 1) -> Call:
    """Where a leader gives the others sentences: ``harvest``, ``promise`` (as it was heard) or ``words`` (that landed)."""
    _gift(kind)
    if not 1 <= rounds <= 4:
        raise ValueError("rounds skal være mellem 1 og 4")
    return Call()


def received(kind: str, *, beside: list[str] | None = None) -> Call:
    """The sentences the others have given. ``beside`` are keys of own texts to hold them against."""
    _gift(kind)
    return Call(reads=tuple(beside or ()))


def share() -> Call:
    """Where the draft is shared with the group as it stands now, and where a shared one is taken back."""
    return Call(reads=DRAFT)


def readings() -> Call:
    """The drafts of the others, to be read in silence, and where feedback on them is given."""
    return Call()


def feedback() -> Call:
    """The feedback received on each shared draft, and where two points are picked. The draft stands beside it."""
    return Call(reads=(*DRAFT, "points"))


def revision() -> Call:
    """The draft now against the one that was shared last, and which points the change answers."""
    return Call(reads=(*DRAFT, "points"))


def publish() -> Call:
    """Where the foundation comes out: date, readers, what goes in, Word, PDF and reviews as calendar files."""
    return Call(reads=(*DRAFT, "dialogue"))


def release(card: str) -> Call:
    """Where an experiment card is let go to the group or, in parts, onto the board; ``card``: how its keys begin."""
    _key(card)
    return Call()


def visit(card: str) -> Call:
    """Who I visit at work and who visits me, and the cards we give each other; ``card``: how the keys of mine begin."""
    _key(card)
    return Call()


def case(card: str) -> Call:
    """Where a leader shares the case for a network's meeting with the network; ``card``: how the keys of the case begin."""
    _key(card)
    return Call()


def cases(card: str) -> Call:
    """Who has which duty at a network's meeting, and the cases the others have shared. ``card``: as for ``case``."""
    return case(card)


def living() -> Call:
    """Each promise of the foundation, with what tested it and what others saw and said about it."""
    return Call(reads=LIVING)


def path() -> Call:
    """The way through the programme: dates, where I am, what is next, and what I have promised to try."""
    return Call(reads=(PERIOD,))


def duties() -> Call:
    """Who is host, keeps the time and brings a case: at the page's own meeting, else at all those to come."""
    return Call()


def finish() -> Call:
    """Where the leader marks the step as done."""
    return Call()


def _limit(limit: int) -> int:
    if not 1 <= limit <= 20_000:
        raise ValueError("limit skal være mellem 1 og 20000 tegn")
    return limit


def _gift(kind: str) -> None:
    if kind not in GIFTS:
        raise ValueError(f"kind skal være {', '.join(GIFTS)}")


_CALLS: tuple[Callable[..., Call], ...] = (
    *(text, cards, private, choose, pick, date, earlier, draft, mirror, path, duties, finish),
    *(release, visit, case, cases, living, contract, run_sheet, room, give, received),
    *(share, readings, feedback, revision, publish),
)
VOCABULARY: dict[str, Callable[..., Call]] = {call.__name__: call for call in _CALLS}
"""Every name a cell may call on its page."""


def covers(reads: tuple[str, ...], key: str) -> bool:
    """Whether a page that reads ``reads`` may be shown the field ``key``: itself, or a part of a card below it."""
    return any(key == read or key.startswith(f"{read}.") for read in reads)
