"""Enrolling, signing in, and getting back in."""

import asyncio
import base64
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any

from ..errors import AccessError
from ..model import Manifest, Role
from ..store import Enrolled, Invitation, Membership, Person, Session, Unlocked
from .devices import UNKNOWN, called, moment
from .letters import Writer
from .web import Api, Refused

SHORTEST_PASS_PHRASE = 12  # characters
NEW_DEVICE = "Du er logget ind fra en ny enhed"
DEAD_LINK = (
    "Linket kan ikke bruges mere. Det er enten brugt, erstattet af et nyere eller skrevet forkert af. "
    "Bed din facilitator om et nyt, eller log ind, hvis du allerede har valgt din adgangssætning."
)


LAPSED = (
    "Linket blev åbnet for mere end en time siden og virker ikke mere, så ingen kan finde det i browserens historik og "
    "bruge det. Åbn linket i mailen en gang til, så kan du få et nyt."
)


@dataclass
class _Line:
    """Those who guess at one address, and wait for one another."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0


class Brake:
    """Slows guessing: each wrong pass phrase for an address makes the next answer later. Nobody is ever locked out.

    Guesses at one address wait for one another, so many at once are no faster than one after the other. A device that has
    been let in there before waits in a line of its own, and so is not held up by them.
    """

    FREE, LONGEST, FORGOTTEN_AFTER, REMEMBERED = 3, 8.0, 900.0, 10_000
    QUEUE = 40  # guesses at all addresses together that may wait; more are asked to come back

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lines: dict[str, _Line] = {}
        self._waiting = 0

    @asynccontextmanager
    async def turn(self, email: str, known: bool = False) -> AsyncIterator[None]:
        """Wait for one's turn in a line, and as long as its wrong guesses cost.

        Refused when too many wait, but for a device that is ``known``.
        """
        if self._waiting >= self.QUEUE and not known:
            raise Refused(503, "busy", "Mange logger ind lige nu. Prøv igen om et øjeblik.")
        line = self._lines.setdefault(email, _Line())
        line.people += 1
        self._waiting += 1
        try:
            async with line.lock:
                await asyncio.sleep(self.delay(email))
                yield
        finally:
            self._waiting -= 1
            line.people -= 1
            if not line.people:
                del self._lines[email]

    def delay(self, email: str) -> float:
        """Seconds to wait before the next guess is looked at."""
        count, last = self._wrong.get(email, (0, 0.0))
        if count < self.FREE or time.monotonic() - last > self.FORGOTTEN_AFTER:
            return 0.0
        return float(min(2.0 ** (count - self.FREE), self.LONGEST))

    def wrong(self, email: str) -> None:
        """Count a wrong guess."""
        count, _ = self._wrong.pop(email, (0, 0.0))
        self._wrong[email] = (count + 1, time.monotonic())
        if len(self._wrong) > self.REMEMBERED:
            self._wrong.popitem(last=False)

    def right(self, email: str) -> None:
        """Forget the wrong ones."""
        self._wrong.pop(email, None)


class AccessApi(Api):
    """What the handlers of this module share."""

    public = True
    brake = Brake()
    _familiar = False  # whether the device has been let in before, as its seal says while the pass phrase is the old one
    _news = False

    async def let_in(self, unlocked: Unlocked) -> str:
        """Remember the device and say where to go. A device has one session: this one ends the one before."""
        await self.end_session()
        mark, label = unlocked.device_mark(), self.request.headers.get("User-Agent", "")
        seal = await self.house.ask(self.house.store.access.device_seal, unlocked.person.email, mark)
        self.know_device(mark, seal)
        self._news = not self._familiar
        cookie = await self.house.ask(self.house.store.access.remember, unlocked, label, new=self._news)
        self.set_session(cookie)
        return "/"

    async def tell_of_device(self, person: Person) -> None:
        """Write to someone who has just been let in on a device that is new. Called when the answer is on its way."""
        if self._news:
            with suppress(OSError):  # a mail server that is down keeps nobody out; the other devices tell too
                await self.house.ask(self.house.mailer.send, person.email, NEW_DEVICE, self._told(person))

    def _told(self, person: Person) -> str:
        origin, when = self.house.settings.origin, moment(self.house.clock())
        name = called(self.request.headers.get("User-Agent", ""))
        which = "Den siger ikke, hvad den er." if name == UNKNOWN else f"Den kalder sig {name}."
        return (
            f"Hej {person.name}\n\nDer er logget ind på dine sider fra en enhed, der ikke har været brugt til det før, "
            f"{when}. {which}\n\nVar det dig? Så skal du ikke gøre noget.\n\n"
            "Var det ikke dig, så kender en anden din adgangssætning og kan læse det, du kan læse. Vælg en ny nu, med din "
            f"gendannelseskode, på {origin}/glemt\nSå bliver alle andre logget ud, og den gamle virker ikke mere.\n\n"
            f"Har du ikke koden lige nu, så log ind, gå til {origin}/enheder\nog tryk »Log ud alle andre steder«. "
            "Sig det også til din facilitator.\n\nVenlig hilsen\nArbejdsbogen til dit ledelsesgrundlag\n"
        )

    async def end_session(self) -> None:
        """Sign this device out, and end its kernels."""
        if self.session is not None:
            await self.settings["kernel_manager"].end_session(self.session.id)
            await self.house.ask(self.house.store.access.sign_out, self._cookie() or "")
            self.house.live.look_again()

    async def welcome(self, enrolled: Enrolled, event: str) -> None:
        """Answer someone who has just chosen a pass phrase. Their other devices were signed out by it."""
        await self.settings["kernel_manager"].end_person(enrolled.unlocked.person.id)
        self.house.live.look_again()
        self.reply({"recovery_code": enrolled.recovery_code, "next": await self.let_in(enrolled.unlocked)})
        self.note(event, enrolled.unlocked.person.id)
        if event != "enrolled":  # the first device is no news
            await self.tell_of_device(enrolled.unlocked.person)

    def pass_phrase(self, body: dict[str, Any]) -> str:
        """The new pass phrase, if it is long enough."""
        phrase: str = body["pass_phrase"]
        if not SHORTEST_PASS_PHRASE <= len(phrase) <= 1000:
            raise Refused(400, "short", f"Vælg en adgangssætning på mindst {SHORTEST_PASS_PHRASE} tegn.")
        return phrase

    async def link(self, token: str) -> Invitation:
        """What a link is good for. Raises Refused."""
        found = await self.house.ask(self.house.store.invitations.find, token)
        if found is not None:
            return found
        lapsed = await self.house.ask(self.house.store.invitations.lapsed, token)
        raise Refused(404, "dead-link", DEAD_LINK) if lapsed is None else Refused(404, "lapsed", LAPSED)

    async def braked(self, email: str, verb: Any, *args: Any) -> Any:
        """Run a verb that tests a secret, later the more often it has failed for that address."""
        email = email.strip().lower()
        known = await self._known(email)
        self._familiar, line = bool(known), f"{email} {known}".rstrip()
        async with self.brake.turn(line, line != email):
            try:
                result = await self.house.ask_slowly(verb, email, *args)
            except AccessError:
                self.brake.wrong(line)
                raise
            self.brake.right(line)
            return result

    async def _known(self, email: str) -> str:
        """The mark of a device that has been let in for that address; empty for any other."""
        for mark, seal in self.device_marks().items():
            own = await self.house.ask(self.house.store.access.device_seal, email, mark)
            if compare_digest(own.encode(), seal.encode(errors="replace")):
                return mark
        return ""


class LogInHandler(AccessApi):
    """POST: sign in with e-mail and pass phrase."""

    async def post(self) -> None:
        """Sign in and remember the device."""
        body = self.body(email=str, pass_phrase=str)
        unlocked = await self.braked(body["email"], self.house.store.access.sign_in, body["pass_phrase"])
        self.reply({"next": await self.let_in(unlocked)})
        self.note("signed-in", unlocked.person.id)
        await self.tell_of_device(unlocked.person)


class LogOutHandler(AccessApi):
    """POST: end the session and its kernels."""

    async def post(self) -> None:
        """Sign out. Signing out twice is no error."""
        await self.end_session()
        self.forget_session()
        self.set_status(204)
        self.finish()


class SessionHandler(Api):
    """GET: who is signed in, and the key of this leader's journal in the browser."""

    async def get(self) -> None:
        """The journal's key is derived from the leader's own: it is the same on every device, and gone at sign-out."""
        memberships = await self.house.ask(self.house.store.people.gatherings, self.person)
        self.reply(
            {
                "person": self.person,
                "name": self.signed_in.person.name,
                "journal_key": journal_key(self.signed_in),
                "gatherings": [each.gathering for each in memberships],
            }
        )


def journal_key(session: Session) -> str:
    """The key of this leader's journal in the browser, in base64."""
    return base64.b64encode(session.unlocked.journal_key()).decode()


class InvitationHandler(AccessApi):
    """POST: look at an invitation without using it. ``opened``: somebody has touched the page, as scanners don't."""

    async def post(self) -> None:
        """Whose it is. A mail scanner that only fetches the page never gets here."""
        body = self.body(token=str, opened_=bool)
        found = await self.link(body["token"])
        if body.get("opened"):
            await self.house.ask(self.house.store.invitations.open, body["token"])
        waits = found.not_before > self.house.clock()
        memberships = await self.house.ask(self.house.store.people.gatherings, found.person.id)
        self.reply(
            {
                "role": _role(memberships, found.gathering),
                "name": found.person.name,
                "email": found.person.email,
                "kind": found.kind,
                "not_before": found.not_before.isoformat() if waits else None,
            }
        )


class AnotherLinkHandler(AccessApi):
    """POST: a new invitation in place of one that was opened and not used, to the own address."""

    async def post(self) -> None:
        """Once for each: the one that has lapsed is void from now on."""
        token = self.body(token=str)["token"]
        found = await self.house.ask(self.house.store.invitations.lapsed, token)
        cohort = await self.house.cohort(found.gathering or "") if found is not None else None
        if found is None or cohort is None:
            raise Refused(404, "dead-link", DEAD_LINK)
        gathering, origin, people = cohort.manifest.gathering, self.house.settings.origin, self.house.store.people
        role = _role(await self.house.ask(people.gatherings, found.person.id), gathering)
        fresh = await self.house.ask(self.house.store.invitations.invite, found.person.id, gathering)
        writer = Writer(cohort, origin, self.house.clock())
        letter = writer.invite(found.person, role, f"{origin}/invitation#{fresh}")
        try:
            await self.house.ask(self.house.mailer.send, letter.email, letter.subject, letter.text)
        except OSError:
            words = "Der kan ikke sendes mail lige nu. Bed din facilitator om et nyt link."
            raise Refused(503, "no-mail", words) from None
        self.reply({}, 202)
        self.note("invited-again", found.person.id)


class EnrolHandler(AccessApi):
    """POST: use an invitation."""

    async def post(self) -> None:
        """Choose a pass phrase; get a recovery code."""
        body = self.body(token=str, pass_phrase=str)
        phrase = self.pass_phrase(body)
        await self.link(body["token"])
        await self.welcome(await self.house.ask_slowly(self.house.store.access.enrol, body["token"], phrase), "enrolled")


class RecoverHandler(AccessApi):
    """POST: a forgotten pass phrase, and the recovery code at hand."""

    async def post(self) -> None:
        """Choose a new pass phrase at once; get a new recovery code."""
        body = self.body(email=str, recovery_code=str, pass_phrase=str)
        phrase = self.pass_phrase(body)
        recover = self.house.store.access.recover
        await self.welcome(await self.braked(body["email"], recover, body["recovery_code"], phrase), "recovered")


class NewCodeHandler(AccessApi):
    """POST: a new recovery code for someone who is signed in and has the pass phrase."""

    public = False

    async def post(self) -> None:
        """The code before this one opens nothing any more."""
        phrase = self.body(pass_phrase=str)["pass_phrase"]
        new_code = self.house.store.access.new_code
        code = await self.braked(self.signed_in.person.email, new_code, phrase)
        self.reply({"recovery_code": code, "next": "/"})
        self.note("new-code")


class ForgottenHandler(AccessApi):
    """POST: a forgotten pass phrase, and no code."""

    asked = Brake()

    async def post(self) -> None:
        """Send a link to the leader's own address. The answer is the same whether or not the address is known."""
        email = self.body(email=str)["email"].strip().lower()
        self.reply({}, 202)  # at once: neither the time it takes nor a mail server that is down may tell who is known
        person = await self.house.ask(self.house.store.people.find, email)
        if person is not None and not self.asked.delay(email):
            self.asked.wrong(email)
            with suppress(AccessError):  # not enrolled yet: the invitation is still the way in
                await send_replacement(self, person, asked_by="en, der skrev din e-mail på siden »Glemt adgangssætning«")


class RenewHandler(AccessApi):
    """POST: use a replacement link."""

    async def post(self) -> None:
        """At once with the recovery code, else after a day."""
        body = self.body(token=str, pass_phrase=str, recovery_code_=str)
        phrase = self.pass_phrase(body)
        found, code = await self.link(body["token"]), body.get("recovery_code") or None
        self._familiar = code is not None and bool(await self._known(found.person.email))
        renew = self.house.store.access.renew
        await self.welcome(await self.house.ask_slowly(renew, body["token"], phrase, code), "renewed")


class NoticeHandler(Api):
    """POST: the person has read the privacy notice."""

    wordless = True

    async def post(self, gathering: str) -> None:
        """Remember that this wording has been read."""
        cohort, _ = await self.membership(gathering)
        if not self.body(accept=bool)["accept"]:
            raise Refused(400, "bad-request", "Sig til, når du har læst siden. Så kommer du videre.")
        digest = notice_digest(cohort.manifest)
        await self.house.ask(self.house.store.progress.accept_notice, self.person, gathering, digest)
        self.reply({"next": f"/hold/{gathering}/"})


def _role(memberships: list[Membership], gathering: str | None) -> Role:
    return next((mine.role for mine in memberships if mine.gathering == gathering), Role.LEADER)


async def send_replacement(handler: Api, person: Person, asked_by: str) -> None:
    """Make a replacement link and send it to the leader's own address, with who asked for it."""
    house = handler.house
    token = await house.ask(house.store.invitations.replace, person.id, asked_by)
    text = (
        f"Hej {person.name}\n\nHer er et link til en ny adgangssætning til dine sider:\n\n"
        f"{house.settings.origin}/ny-adgang#{token}\n\n"
        f"Linket er bestilt af {asked_by}. Med din gendannelseskode virker det med det samme. Uden koden virker det først "
        "efter 24 timer, så ingen kan komme ind i dit navn, uden at du når at opdage det.\n\n"
        "Har du ikke bedt om linket? Så gør ingenting, og sig det til din facilitator. Din nuværende adgang virker stadig."
        "\n\n"
        "Venlig hilsen\nArbejdsbogen\n"
    )
    await house.ask(house.mailer.send, person.email, "Nyt link til dine sider", text)
    handler.note("replacement-asked", person.id)


def notice_digest(manifest: Manifest) -> str:
    """A short name of what the notice says: other words or another key in the safe, and it is shown again."""
    return hashlib.sha256(repr((manifest.privacy, manifest.safe_key)).encode()).hexdigest()[:32]
