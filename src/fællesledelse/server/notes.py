"""Own notes about what somebody has shared: feedback on its way, a sentence not yet given, which points were picked.

They are saved like every other text, and are nobody else's until the author gives them. Their keys stand in no manifest:

    given.<draft>.<part>           what I want to say about a draft that was shared with me
    gift.<kind>.<person>.<round>   what I want to give someone of my group
    picked.<draft>                 the points I pick from the feedback on my own draft
"""

import re

from ..model import Field, FieldKind, Role
from ..vocabulary import GIFTS
from .web import Guarded

GIVEN = {"well": 2000, "more": 2000, "improve": 2000, "less": 2000, "dare": 2000, "lines": 10_000}
"""The parts of the feedback on a draft, and how many characters each may have. ``lines``: {line: remark} as JSON."""

GIFT = 600
"""Characters of one sentence given to another."""

PICKED = 400
"""Characters of the references to the points picked."""

ROUNDS = 4

_DRAFT = re.compile(r"given\.(?P<draft>[0-9a-f]{32})\.(?P<part>[a-z]+)|picked\.(?P<own>[0-9a-f]{32})")
_GIFT = re.compile(r"gift\.(?P<kind>[a-z]+)\.(?P<person>[0-9a-f]{32})\.(?P<round>\d)")


async def note_field(handler: Guarded, gathering: str, key: str) -> Field | None:
    """The note with that key as a field, if it is about something this person may take notes on; else None."""
    if found := _DRAFT.fullmatch(key):
        return await _about_draft(handler, gathering, found)
    if found := _GIFT.fullmatch(key):
        return await _to_someone(handler, gathering, found)
    return None


async def _about_draft(handler: Guarded, gathering: str, found: re.Match[str]) -> Field | None:
    get, own = handler.house.store.parcels.get, found["own"]
    parcel = await handler.house.ask(get, handler.signed_in.unlocked, gathering, own or found["draft"])
    if parcel is None or parcel.kind != "draft" or (parcel.author.id == handler.person) is not bool(own):
        return None
    limit = PICKED if own else GIVEN.get(found["part"])
    return _note(found[0], limit) if limit else None


async def _to_someone(handler: Guarded, gathering: str, found: re.Match[str]) -> Field | None:
    members = await handler.house.ask(handler.house.store.people.members, gathering)
    leaders = {member.person.id for member in members if member.role is Role.LEADER} - {handler.person}
    known = found["kind"] in GIFTS and found["person"] in leaders and 1 <= int(found["round"]) <= ROUNDS
    return _note(found[0], GIFT) if known else None


def _note(key: str, limit: int) -> Field:
    return Field(key, FieldKind.TEXT, "", limit, core=False)
