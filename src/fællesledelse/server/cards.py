"""Cards on a period's page that a leader lets go of: frozen as they stand, in place of what was let go of before."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from .. import danish
from ..model import Field, FieldKind, Step
from ..store import Answer, Parcel, Store
from .circle import Circle
from .web import Refused


def fields_of(step: Step, card: str) -> list[Field]:
    """The fields of a card, by the beginning of their keys, in the order of the page."""
    return [field for field in step.fields if field.key.startswith(f"{card}.")]


def frozen(card: str, fields: Iterable[Field], present: Mapping[str, Answer]) -> list[dict[str, str]]:
    """What is written in those fields, as others read it. Raises Refused if that is nothing, or can't be opened."""
    if any(answer.sealed for answer in present.values()):
        raise Refused(403, "locked", "Noget af kortet ligger under din gamle nøgle. Få hjælp til at åbne det først.")
    told = written(fields, present)
    if not told:
        raise Refused(400, "empty-card", "Der er ikke skrevet noget at give videre endnu.")
    return [
        {"name": name(card, field), "title": field.label, "text": spoken(field, present[field.key].text)} for field in told
    ]


def written(fields: Iterable[Field], present: Mapping[str, Answer]) -> list[Field]:
    """Those of the fields in which something is written."""
    return [field for field in fields if _visible(present[field.key].text)]


def mark(present: Mapping[str, Answer]) -> str:
    """Tells one state of the texts from another."""
    return ".".join(str(present[key].version) for key in sorted(present))


def _visible(text: str) -> bool:
    """Whether there is a sign in it that can be seen."""
    return any(sign.isprintable() and not sign.isspace() for sign in text)


def let_go(
    store: Store,
    circle: Circle,
    kind: str,
    subject: str,
    content: dict[str, Any],
    to: list[str],
    share: str,
) -> Parcel:
    """Seal the content to its readers (ids), in place of all they had of it before. ``share`` names it.

    What is earlier is looked for afterwards: of two that are let go at once, the later one takes the other's place.
    """
    mine = circle.unlocked, circle.gathering
    posted = store.parcels.post(*mine, kind, content, to, subject=subject, group=circle.group, parcel_id=share)
    for parcel in store.parcels.opened(*mine, kind, subject):
        if parcel.author.id == circle.me and parcel.number < posted.number and parcel.withdrawn_at is None:
            store.parcels.withdraw(*mine, parcel.id)
    return posted


def standing(parcels: Iterable[Parcel]) -> list[Parcel]:
    """What can be read now: not withdrawn, and of each author and card the newest."""
    newest: dict[tuple[str, str], Parcel] = {}
    for parcel in parcels:
        if parcel.withdrawn_at is None and parcel.content is not None:
            newest.setdefault((parcel.author.id, parcel.subject), parcel)
    return list(newest.values())


def name(card: str, field: Field) -> str:
    """The part of the key that is the field's own: "result.1.effect"."""
    return field.key.removeprefix(f"{card}.")


def spoken(field: Field, text: str) -> str:
    """What was written as others read it: days in words."""
    found = day(text) if field.kind is FieldKind.DATE else None
    return danish.day(found) if found else text


def day(text: str) -> date | None:
    """The day that a text is, if it is one."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
