"""For the command line on the server's own machine: who holds the token in the data folder may ask."""

import hmac
import json
import secrets
from pathlib import Path

from ..store import Person
from .access_api import send_replacement
from .web import Api, Refused


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


class InvitationsHandler(OperatorApi):
    """POST: invitations for everyone in a gathering who has not enrolled, or a replacement for one who has."""

    async def post(self) -> None:
        """The links of those who have not enrolled. A replacement link is never shown: it goes to the leader by mail."""
        body = self.body(gathering=str, email_=str)
        cohort = await self.house.cohort(body["gathering"])
        if cohort is None:
            raise Refused(404, "not-found", f"Serveren har intet hold, der hedder {body['gathering'][:40]!r}.")
        members = await self.house.ask(self.house.store.people.members, cohort.manifest.gathering)
        wanted = [m for m in members if body.get("email", m.person.email) == m.person.email]
        if not wanted:
            raise Refused(404, "not-found", "Ingen på holdet har den e-mailadresse. Se deltagerlisten efter.")
        links = []
        for member in wanted:
            if not member.enrolled:
                token = await self.house.ask(self.house.store.invitations.invite, member.person.id, body["gathering"])
                url = f"{self.house.settings.origin}/invitation#{token}"
                links.append({"name": member.person.name, "email": member.person.email, "url": url})
            elif "email" in body:
                await self._send(member.person)
        self.reply({"invitations": links, "enrolled": sum(member.enrolled for member in wanted)})
        self.note("invited")

    async def _send(self, person: Person) -> None:
        try:
            await send_replacement(self, person, asked_by="IT-driften")
        except OSError:
            raise Refused(503, "no-mail", "Mailserveren tog ikke imod. Se efter, at den kører, og prøv igen.") from None


class SafeRequestHandler(OperatorApi):
    """POST: what the key in the safe needs to bring a leader's old texts back."""

    async def post(self) -> None:
        """A request that can be carried to the offline machine. It holds no text and opens nothing by itself."""
        person = await self.house.ask(self.house.store.people.find, self.body(email=str)["email"])
        if person is None:
            raise Refused(404, "not-found", "Ingen har den e-mailadresse.")
        request = await self.house.ask(self.house.store.safe.export_request, person.id)
        self.reply(json.loads(request))
        self.note("safe-request")


class SafeResultHandler(OperatorApi):
    """POST: what came back from the offline machine."""

    async def post(self) -> None:
        """From now on the leader's next sign-in opens the old texts."""
        await self.house.ask(self.house.store.safe.apply, self.request.body)
        self.reply({})
        self.note("safe-used")
