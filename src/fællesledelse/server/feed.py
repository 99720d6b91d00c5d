"""What a kernel may ask of the server: read-only, through one inherited socket that is bound to one leader's page.

One JSON object a line each way. ``{"get": "answers", "keys": [...]}`` gives texts of the fields that page shows;
``{"get": "path"}`` gives the leader's way through the steps; ``{"get": "heard"}`` what others have said to the leader,
where the page tells it; ``{"get": "cells"}`` the page's code. Anything else gives ``{"error": ...}``.
"""

import asyncio
import json
import socket
from dataclasses import dataclass
from typing import Any

from ..danish import clock
from ..errors import FællesledelseError
from ..model import DUTIES, Role, Step
from ..store import Answer, Membership, Session
from ..vocabulary import covers
from .heard import heard
from .house import House
from .living import tells_promises
from .log import LOG
from .path import stages, url
from .shelf import Cohort, visible_keys

LONGEST_LINE = 1 << 16  # bytes
MOST_KEYS = 500


@dataclass(frozen=True)
class Visit:
    """One leader's open page: all that its kernel may see hangs on this."""

    session: Session
    membership: Membership
    cohort: Cohort
    step: Step


class Feed:
    """Answers one kernel until its socket closes."""

    def __init__(self, house: House, visit: Visit) -> None:
        self._house = house
        self._visit = visit

    async def serve(self, end: socket.socket) -> None:
        """Read requests and answer them in turn. Called once per kernel, as a task."""
        reader, writer = await asyncio.open_connection(sock=end, limit=LONGEST_LINE)
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._reply(line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # the kernel is gone, or sent a line without end: either way there is nobody left to answer
        finally:
            writer.close()

    async def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            if request.get("get") == "answers":
                wanted = self._wanted([str(key) for key in request["keys"][:MOST_KEYS]])
                return {"ok": await self._answers(list(wanted)), "labels": wanted}
            if request.get("get") == "path":
                return {"ok": await path(self._house, self._visit)}
            if request.get("get") == "heard":
                return {"ok": await others(self._house, self._visit)}
            if request.get("get") == "cells":
                return {"ok": self._visit.cohort.code(self._visit.step.name)}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {"error": "not a request this page may make"}
        except FællesledelseError:
            LOG.exception("A page could not be answered")
            return {"error": "the server could not answer just now"}
        return {"error": "not a request this page may make"}

    def _wanted(self, keys: list[str]) -> dict[str, str]:
        """The visible keys among those asked for, and the parts of cards below them, with their questions."""
        return {key: label for key, label in questions(self._visit).items() if covers(tuple(keys), key)}

    async def _answers(self, keys: list[str]) -> dict[str, str]:
        read = self._house.store.answers.read
        answers = await self._house.ask(read, self._visit.session.unlocked, self._visit.cohort.manifest.gathering, keys)
        return texts(answers)


async def told(house: House, visit: Visit, answers: dict[str, Answer]) -> dict[str, Any]:
    """What a page is told when it is opened: all that its kernel could ask for, with the ``answers`` to its visible keys."""
    return {
        "texts": texts(answers),
        "labels": questions(visit),
        "way": await path(house, visit),
        "heard": await others(house, visit),
        "cells": visit.cohort.code(visit.step.name),
    }


def texts(answers: dict[str, Answer]) -> dict[str, str]:
    """The texts as a page may be told them."""
    return {key: _whole(answer.text) for key, answer in answers.items()}


def questions(visit: Visit) -> dict[str, str]:
    """The questions of the visible keys, in the order of the pages."""
    manifest = visit.cohort.manifest
    visible = set(visible_keys(manifest, visit.step))
    fields = {field.key: field for step in manifest.steps for field in step.fields}
    return {key: field.label for key, field in fields.items() if key in visible}


async def path(house: House, visit: Visit) -> dict[str, Any]:
    """The leader's way through the steps, and who goes along."""
    manifest = visit.cohort.manifest
    way = await stages(house, visit.cohort, visit.session.person.id, visit.membership.group)
    members = await house.ask(house.store.people.members, manifest.gathering)
    return {
        "today": house.today().isoformat(),
        "gathering": manifest.kind.value,
        "name": visit.session.person.name,
        "group": [
            member.person.name
            for member in members
            if member.group and member.group == visit.membership.group and member.person.id != visit.session.person.id
        ],
        "facilitators": [member.person.name for member in members if member.role is Role.FACILITATOR],
        "steps": [
            {
                "name": stage.step.name,
                "title": stage.step.title,
                "kind": stage.step.kind.value,
                "minutes": 0 if stage.step.period else stage.step.minutes,  # a period's are the seminar's
                "opens": stage.opens.isoformat() if stage.opens else None,
                "where": _where(stage.step),
                "open": stage.state != "locked",
                "done": stage.state == "done",
                "fields": stage.core,
                "filled": stage.filled,
                "url": url(manifest, stage.step),
                "duties": duties(visit, stage.step.name),
            }
            for stage in way
        ],
    }


def _where(step: Step) -> str:
    """When on its day a meeting begins, and where it is held, as far as anyone has said."""
    online = step.meeting is not None and step.meeting.link
    parts = f"kl. {clock(step.starts)}" if step.starts else "", step.place or ("online" if online else "")
    return ", ".join(filter(None, parts)) if step.meeting else ""


def duties(visit: Visit, step: str) -> list[tuple[str, list[str]]]:
    """Who has which duty at a meeting of the leader's own group, by the names in use today."""
    cohort, group = visit.cohort, visit.membership.group
    mates = [one for one in cohort.roster.participants if one.role is Role.LEADER and one.group == group]
    held = [(duty, [one.name for one in mates if step in getattr(one, part)]) for duty, part in DUTIES.items()]
    if not cohort.manifest.chairs_in_turn and any(each.name == step and each.meeting for each in cohort.manifest.steps):
        held[list(DUTIES).index("ordstyrer")] = ("ordstyrer", ["HR"])
    return [(duty, names) for duty, names in held if names]


async def others(house: House, visit: Visit) -> list[dict[str, Any]]:
    """What others have seen, heard and written about the leader, for the page that tells the living foundation alone."""
    if not tells_promises(visit.step):
        return []
    found = await heard(house, visit.session, visit.cohort, visit.membership)
    said = ([(asked, _whole(text)) for asked, text in each["said"]] for each in found)
    return [
        each | {"said": told, "line": _whole(each["line"]), "now": _whole(each["now"])}
        for each, told in zip(found, said, strict=True)
    ]


def _whole(text: str) -> str:
    """The text with a mark for each half of a surrogate pair, which widgets could not send on to the browser."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
