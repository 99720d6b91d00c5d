"""For the command line on the server's own machine: who holds the token in the data folder may ask."""

import hmac
import json
import secrets
from contextlib import suppress
from pathlib import Path

from ..danish import listed
from ..store import Person
from .access_api import send_replacement
from .overview import told
from .web import Api, Refused

SAFE_USED = "Nøglen i pengeskabet og dine tekster"
NO_MAIL = "Mailserveren tog ikke imod. Se efter, at den kører, og prøv igen."


def make_token(path: Path) -> str:
    """Write a new token, readable by the server's user alone. Called at every start."""
    token = secrets.token_urlsafe(32)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(token, encoding="ascii")
    return token


class OperatorApi(Api):
    """A request from the command line."""

    public = True

    def check_road(self) -> None:
        """The command line comes straight to the server, past any proxy."""

    def check_origin(self, origin: str = "") -> bool:
        """No browser comes here: the token is what counts."""
        given = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), self.settings["operator_token"].encode())


class StatusHandler(OperatorApi):
    """POST: how far everyone in a gathering is, as its facilitators see it."""

    async def post(self) -> None:
        """The overview, made by the same function as theirs."""
        gathering = self.body(gathering=str)["gathering"]
        cohort = await self.house.cohort(gathering)
        if cohort is None:
            raise Refused(404, "not-found", f"Serveren har intet hold, der hedder {gathering[:40]!r}.")
        self.reply(await told(self.house, cohort))


class InvitationsHandler(OperatorApi):
    """POST: invitations for everyone in a gathering who has not enrolled, or a replacement for one who has."""

    async def post(self) -> None:
        """The links of those who have not enrolled, but for those who get them by mail alone: theirs are not made.

        A replacement link is never shown: it goes to the leader by mail.
        """
        body = self.body(gathering=str, email_=str)
        cohort = await self.house.cohort(body["gathering"])
        if cohort is None:
            raise Refused(404, "not-found", f"Serveren har intet hold, der hedder {body['gathering'][:40]!r}.")
        members = await self.house.ask(self.house.store.people.members, cohort.manifest.gathering)
        wanted = [m for m in members if body.get("email", m.person.email) == m.person.email]
        if not wanted:
            raise Refused(404, "not-found", "Ingen på holdet har den e-mailadresse. Se deltagerlisten efter.")
        elsewhere = await self.house.ask(self.house.store.people.elsewhere, cohort.manifest.gathering)
        unseen = [each.person.name for each in wanted if not each.enrolled and each.person.id in elsewhere]
        if unseen and "email" in body:
            raise Refused(409, "mail-only", mail_only(unseen), names=unseen)
        shown = [each.person for each in wanted if not each.enrolled and each.person.id not in elsewhere]
        links = [await self._link(person, body["gathering"]) for person in shown]
        for member in wanted:
            if member.enrolled and "email" in body:
                await self._send(member.person)
        enrolled = sum(member.enrolled for member in wanted)
        self.note("invited")
        note_links(self, body["gathering"], [person.id for person in shown])
        self.reply({"invitations": links, "enrolled": enrolled, "mail_only": unseen})

    async def _link(self, person: Person, gathering: str) -> dict[str, str]:
        token = await self.house.ask(self.house.store.invitations.invite, person.id, gathering, shown=True)
        url = f"{self.house.settings.origin}/invitation#{token}"
        return {"name": person.name, "email": person.email, "url": url}

    async def _send(self, person: Person) -> None:
        try:
            await send_replacement(self, person, asked_by="IT-driften")
        except OSError:
            raise Refused(503, "no-mail", NO_MAIL) from None


def mail_only(names: list[str]) -> str:
    """Why nobody but they themselves may see a link of theirs."""
    return f"{listed(names)} er eller har været med på et andet hold og får derfor kun et link på egen mail. Send en mail."


def note_links(handler: Api, gathering: str, people: list[str]) -> None:
    """A line in the audit log for each of ``people`` (ids) for whom a link was made that others can see."""
    for person in people:
        handler.house.audit.note(
            "link-shown", route=type(handler).__name__, status=handler.get_status(), person=person, gathering=gathering
        )


class SafeApi(OperatorApi):
    """A use of the key in the safe, which its leader is told of before it goes on."""

    async def tell(self, person: Person, what: str) -> None:
        """Write to the leader. Raises Refused where no mail can leave: then nothing is handed over or taken in."""
        text = (
            f"Hej {person.name}\n\n{what} Det sker for at give dig dine egne tekster igen, når både adgangssætning og "
            "gendannelseskode er væk. Den, der åbner pengeskabet, ser dit navn og et mærke, aldrig dine tekster.\n\n"
            f"Mærket på siden »Privatliv« på {self.house.settings.origin} skal være det samme, som de læser op for dig. "
            "Har du ikke bedt om det her, så sig det til din facilitator med det samme.\n\n"
            "Venlig hilsen\nArbejdsbogen til dit ledelsesgrundlag\n"
        )
        try:
            await self.house.ask(self.house.mailer.send, person.email, SAFE_USED, text)
        except OSError:
            raise Refused(503, "no-mail", NO_MAIL) from None


class SafeRequestHandler(SafeApi):
    """POST: what the key in the safe needs to bring a leader's old texts back."""

    async def post(self) -> None:
        """A request that can be carried to the offline machine. It holds no text and opens nothing by itself."""
        person = await self.house.ask(self.house.store.people.find, self.body(email=str)["email"])
        if person is None:
            raise Refused(404, "not-found", "Ingen har den e-mailadresse.")
        request = await self.house.ask(self.house.store.safe.export_request, person.id)
        await self.tell(person, "IT-driften har hentet det, som nøglen i pengeskabet skal åbne for dig.")
        self.reply(json.loads(request))
        self.note("safe-request")


class SafeResultHandler(SafeApi):
    """POST: what came back from the offline machine."""

    async def post(self) -> None:
        """From now on the leader's next sign-in opens the old texts."""
        person = await self.house.ask(self.house.store.safe.apply, self.request.body)
        with suppress(Refused):  # they were told when it was asked for, else nothing would have come back
            await self.tell(person, "Nøglen i pengeskabet er brugt for dig. Når du åbner en side, er dine tekster der igen.")
        self.reply({})
        self.note("safe-used")
