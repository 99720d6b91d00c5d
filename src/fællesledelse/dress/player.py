"""A constructed leader, and what one does on the pages: enrol, read, write, share, give and publish."""

import html
import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from typing import Any

from ..errors import FællesledelseError
from ..model import Field, FieldKind, Manifest, Participant, Step, StepKind
from ..server.pages import BESIDE
from ..store.evaluations import QUESTIONS
from ..vocabulary import DRAFT, covers
from .record import Record
from .visitor import PASS_PHRASE, Visitor

SENTENCE = "Det gør jeg ved at spørge først og beslutte bagefter, så de ved, hvad de kan regne med."
"""What is written where the constructed leader of the notebooks has no words."""

ASIDE = dict((*BESIDE, ("privatliv", "Privatliv")))
"""A leader's pages beside the steps, with their titles."""

_SHARED = (".hypothesis", ".learned", ".day", ".question", ".saw", ".hurts")
"""The ends of keys without which a card has nothing to share."""

_ASKED = re.compile(r'data-item="([^"]+)"')
_GIVEN = ("well", "more", "improve", "less", "dare")


def words() -> dict[str, str]:
    """What the constructed leader of the notebooks has written, by field."""
    told = files("fællesledelse").joinpath("workbook/constructed.json").read_text(encoding="utf-8")
    answers: dict[str, str] = json.loads(told)["answers"]
    return answers


@dataclass
class Player:
    """One leader with a device. ``id`` and ``code``, the recovery code, are known once enrolled.

    ``seat`` is the place in the group, from 0. ``versions`` are those of the fields written so far.

    Verbs raise Refusal unless they say that they only note what fails.
    """

    person: Participant
    manifest: Manifest
    device: Visitor
    record: Record
    texts: dict[str, str]
    seat: int
    id: str = ""
    code: str = ""
    versions: dict[str, int] = field(default_factory=dict)

    def enrol(self, link: str) -> None:
        """Come in by a personal invitation, as its page does it, and read the privacy notice."""
        token = link.partition("#")[2]
        self.device.page("/invitation")
        self.device.send("POST", "/api/invitation", token=token)
        self.code = self.device.send("POST", "/api/enrol", token=token, pass_phrase=PASS_PHRASE)["recovery_code"]
        self.device.page(self._page("privatliv"))
        self.device.send("POST", self._api("notice"), accept=True)
        self.device.page("/")
        self.id = str(self.device.get("/api/session")["person"])

    def sign_in(self) -> None:
        """Come back: a device is forgotten after thirty days."""
        self.device.page("/log-ind")
        self.device.send("POST", "/api/log-in", email=self.person.email, pass_phrase=PASS_PHRASE)

    def forget(self) -> None:
        """Ask for a link to a new pass phrase."""
        self.device.page("/glemt")
        self.device.send("POST", "/api/forgotten", email=self.person.email)

    def renew(self, link: str) -> None:
        """Choose the pass phrase anew, by a link that came by mail and the recovery code."""
        token = link.partition("#")[2]
        self.device.page("/ny-adgang")
        self.device.send("POST", "/api/renew", token=token, pass_phrase=PASS_PHRASE, recovery_code=self.code)

    def open(self, step: Step) -> None:
        """Open a step's page. Only notes what fails."""
        name = "" if step.kind is StepKind.WELCOME else step.name
        with self.record.attempt("page", f"Siden »{step.title}«", self.person.name):
            if html.escape(step.title) not in self.device.page(self._page(name)):
                raise FællesledelseError("Siden kom uden sin overskrift.")

    def look_around(self, *names: str) -> None:
        """Open those of the pages beside the steps. Only notes what fails."""
        for name in names:
            with self.record.attempt("page", f"Siden »{ASIDE[name]}«", self.person.name):
                self.device.page(self._page(name))

    def write(self, step: Step, today: date) -> None:
        """Fill a page's fields, see what is computed of it, and mark the step as done. Only notes what fails.

        Like everyone, one leaves most empty: three of four, others from seat to seat, but nothing of the draft or of a card.
        """
        where = f"At skrive på »{step.title}«"
        for number, each in enumerate(step.fields):
            if (number + self.seat) % 4 and not covers(DRAFT, each.key) and not each.key.endswith(_SHARED):
                continue
            with self.record.attempt("field", where, self.person.name):
                self._save(each.key, self._text(each, today))
        with self.record.attempt("computed", f"Det, der bliver regnet ud på »{step.title}«", self.person.name):
            self.device.get(self._api(f"steps/{step.name}/computed"))
        if step.kind is not StepKind.WELCOME:
            with self.record.attempt("done", f"At markere »{step.title}«", self.person.name):
                self.device.send("PUT", self._api(f"steps/{step.name}/done"), done=True)

    def propose(self) -> int:
        """Propose the contract of the pages to the group; its number."""
        there = self.device.get(self._api("contract"))
        texts = {point["part"]: point["text"] for point in there["points"]}
        base = there["contract"]["number"] if there["contract"] else 0
        made = self.device.send(
            "PUT", self._api("contract"), base=base, texts=texts, switches=dict.fromkeys(there["switches"], True)
        )
        return int(made["contract"]["number"])

    def accept(self, number: int) -> None:
        """Say yes to the contract as it stands."""
        self.device.send("POST", self._api("contract/accept"), number=number)

    def lead(self, step: Step, present: list[str], whole: bool) -> None:
        """Keep the time of the group's room, with those who are ``present``: phase by phase, or straight to the last."""
        here = self._steer(step, self.device.get(self._api(f"rooms/{step.name}")), "chair", chair=self.id)
        here = self._steer(step, here, "order", order=present)
        here = self._steer(step, here, "start")
        last = len(here["phases"])
        for phase in range(1, last + 1) if whole else (last,):
            here = self._steer(step, here, "go", phase=phase)

    def share(self) -> None:
        """Share the draft as it stands."""
        self.device.send("POST", self._api("drafts"), draft_id=uuid.uuid4().hex)

    def give_feedback(self) -> None:
        """Read the newest draft of each of the others, and give feedback on it where none is given. Notes each."""
        newest: dict[str, dict[str, Any]] = {}
        for draft in self.device.get(self._api("drafts"))["theirs"]:
            newest.setdefault(draft["author_id"], draft)
        for draft in newest.values():
            if draft["given"] is None:
                with self.record.attempt("feedback", "At give feedback på et udkast", self.person.name):
                    self._give(draft)

    def receive_feedback(self) -> None:
        """Read what the others have given on the newest draft. Raises FællesledelseError if it is not there."""
        mine = self.device.get(self._api("feedback"))["drafts"]
        if not mine or not mine[0]["open"] or not mine[0]["feedback"]:
            raise FællesledelseError("Der står ingen feedback på udkastet, selv om de andre har givet den.")

    def give_sentence(self, kind: str, to: "Player", step: Step) -> None:
        """Give someone of the group a sentence."""
        self._save(f"gift.{kind}.{to.id}.1", "Jeg hørte dig sige: Spørg først, og beslut bagefter.")
        given = {"to": to.id, "round": 1, "gift_id": uuid.uuid4().hex, "step": step.name}
        self.device.send("POST", self._api(f"gifts/{kind}"), **given)

    def let_go(self, card: str) -> None:
        """Let go of an experiment card: whole to the group, where there is one, and what was learned onto the board."""
        there = self.device.get(self._api(f"cards/{card}"))
        parts = [part["name"] for part in there["parts"] if part["suggested"]]
        for to in ("board",) if there["hindrance"] else ("group", "board"):
            chosen = {"parts": parts, "theme": (there["themes"] or [""])[0], "success": self.seat == 0}
            self.device.send(
                "PUT", self._api(f"cards/{card}"), share_id=uuid.uuid4().hex, to=to, seen=there["seen"], **chosen
            )

    def bring(self, card: str) -> None:
        """Share the case for a meeting with the network."""
        seen = self.device.get(self._api(f"cases/{card}"))["seen"]
        self.device.send("PUT", self._api(f"cases/{card}"), share_id=uuid.uuid4().hex, seen=seen)

    def read_case(self, card: str) -> None:
        """Read what others have shared for a meeting. Raises FællesledelseError if it is not there."""
        if not self.device.get(self._api(f"cases/{card}"))["theirs"]:
            raise FællesledelseError("Der står ingen sag på mødets side, selv om en af de andre har delt en.")

    def visit(self, step: Step) -> bool:
        """Give the cards of a job visit; whether there is anybody to visit."""
        paired = bool(self.device.get(self._api(f"visits/{step.name}"))["others"])
        for card in ("host", "visit") if paired else ():
            self.device.send("POST", self._api(f"visits/{step.name}"), card=card, share_id=uuid.uuid4().hex)
        return paired

    def publish(self, day: date) -> None:
        """Let the foundation come out for the whole cohort."""
        choice = {"day": day.isoformat(), "readers": "cohort", "headings": list(DRAFT)}
        self.device.send("PUT", self._api("publication"), publication_id=uuid.uuid4().hex, **choice)

    def read_gallery(self) -> None:
        """Read the first foundation that someone else has let out."""
        shown = self.device.page(self._page("galleri"))
        address = self._page("galleri/")
        found = [part.partition('"')[0] for part in shown.split(address)[1:]]
        if not found:
            raise FællesledelseError("Galleriet er tomt, selv om der er udgivet.")
        self.device.page(address + found[0])

    def move(self, step: Step, day: date) -> None:
        """Move a step to another day for the whole group."""
        self.device.submit(self._page("datoer"), step=step.name, date=day.isoformat())

    def evaluate(self, wave: str) -> None:
        """Answer the evaluation that is open."""
        self.look_around("evaluering")
        texts = {each: f"{SENTENCE} ({each})" for each in QUESTIONS}
        self.device.send("POST", self._api(f"evaluation/{wave}/response"), worth=1 + self.seat % 5, **texts)

    def answer_survey(self, wave: str) -> None:
        """Answer every statement of the wave that is open, and send the answers with a copy for oneself."""
        asked = _ASKED.findall(self.device.page(self._page("spoergeskema")))
        for number, item in enumerate(asked):
            self.device.send("PUT", self._api(f"survey/{wave}/items/{item}"), value=(number + self.seat) % 6)
        self.device.send("POST", self._api(f"survey/{wave}/send"), copy=True)

    def file(self, path: str) -> bytes:
        """A file of the leader's own."""
        return self.device.file(self._api(path))

    def _steer(self, step: Step, here: dict[str, Any], do: str, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.device.send("PUT", self._api(f"rooms/{step.name}"), base=here["version"], do=do, **more)
        return found

    def _give(self, draft: dict[str, Any]) -> None:
        for part in _GIVEN:
            self._save(f"given.{draft['id']}.{part}", f"{SENTENCE} ({part})")
        self.device.send("POST", self._api(f"drafts/{draft['id']}/feedback"))

    def _save(self, key: str, text: str) -> None:
        self.device.save(self.manifest.gathering, key, text, self.versions.get(key, 0))
        self.versions[key] = self.versions.get(key, 0) + 1

    def _text(self, asked: Field, today: date) -> str:
        if asked.kind is FieldKind.DATE:
            return today.isoformat()
        if asked.kind is FieldKind.PICK:
            return asked.options[self.seat % len(asked.options)]
        told = self.texts.get(asked.key, SENTENCE)
        lines = told.splitlines()
        signed = told if covers(DRAFT, asked.key) else "\n".join([f"{lines[0]} ({self.person.name})", *lines[1:]])
        return signed[: asked.limit]

    def _api(self, path: str) -> str:
        return f"/api/{self.manifest.gathering}/{path}"

    def _page(self, name: str) -> str:
        return f"/hold/{self.manifest.gathering}/{name}"
