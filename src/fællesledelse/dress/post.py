"""The mails of the rehearsal: sent by the server as it sends all mails, into a folder instead of the world."""

import shutil
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from ..errors import FællesledelseError
from ..operation import mailing
from .stage import PATIENCE, Stage


@dataclass(frozen=True)
class Mail:
    """A mail as it was sent. ``link`` is the personal link in it, or empty."""

    to: str
    link: str


def sent(stage: Stage, gathering: str, kind: str) -> None:
    """Send the mails of a kind to all there is cause to write to. Raises FællesledelseError if they stop on the way."""
    if not mailing(stage.settings, gathering, kind, "told")["people"]:
        return
    told = mailing(stage.settings, gathering, kind, "start", sure=True)
    deadline = time.monotonic() + PATIENCE
    while told["mailing"]["state"] == "under-way" and time.monotonic() < deadline:
        time.sleep(0.3)
        told = mailing(stage.settings, gathering, kind, "told")
    if told["mailing"]["state"] != "done":
        raise FællesledelseError(_why(told["mailing"]))


def arrived(stage: Stage, to: str, before: int) -> Mail:
    """The newest mail to someone, once there are more than ``before``. Raises FællesledelseError if none comes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = [mail for mail in map(read, stage.outbox) if mail.to == to]
        if len(found) > before:
            return found[-1]
        time.sleep(0.05)
    raise FællesledelseError("Der kom ingen mail.")


def read(path: Path) -> Mail:
    """A mail of the outbox."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    return Mail(message["To"].addresses[0].addr_spec, next((word for word in text.split() if "#" in word), ""))


def kept(stage: Stage, folder: Path) -> int:
    """Copy every mail into ``folder``, in the order they were sent, named by whom they went to; how many there are."""
    outbox = stage.outbox
    for number, path in enumerate(outbox, 1):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / f"{number:03}-{read(path).to.partition('@')[0]}.eml")
    return len(outbox)


def _why(standing: dict[str, Any]) -> str:
    return str(standing.get("words") or "Udsendelsen blev ikke færdig.")
