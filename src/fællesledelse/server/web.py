"""What all handlers share: who is asking, from where, and how a refusal looks."""

import json
from typing import Any, ClassVar

from tornado.iostream import StreamClosedError
from tornado.web import Finish, HTTPError, RequestHandler

from ..danish import near_day
from ..errors import AccessError, AnswerError
from ..model import GatheringKind, Role
from ..settings import is_loopback
from ..store import Membership, Session
from .house import House
from .log import LOG
from .shelf import Cohort

LARGEST_BODY = 1 << 20  # bytes; the longest text a field takes is far below
MARKS = 8  # people a device is known by
MARK = 32  # digits of a mark; the seal on it follows
NO_FAULT = (Finish, AccessError, AnswerError, StreamClosedError)

# Danish words for a refusal: code in the API, title, message
REFUSALS = {
    400: (
        "bad-request",
        "Det kunne vi ikke læse",
        "Forespørgslen var ikke, som den skulle være. Hent siden igen, og prøv en gang til.",
    ),
    401: ("log-in", "Log ind", "Du er logget ud. Log ind igen, så er alt, som du forlod det."),
    403: ("forbidden", "Den side er ikke din", "Du har ikke adgang hertil. Gå tilbage til forsiden."),
    404: ("not-found", "Siden findes ikke", "Adressen er måske skrevet forkert, eller linket er brugt op."),
    405: ("bad-method", "Det kan ikke gøres her", "Gå tilbage, og prøv igen."),
    413: ("too-long", "Teksten er for lang", "Forkort teksten. Intet er slettet."),
    503: ("not-now", "Det går ikke lige nu", "Det, du har skrevet, er ikke tabt. Prøv igen om lidt."),
    500: ("our-fault", "Noget gik galt hos os", "Det, du har skrevet, er ikke tabt. Prøv igen om lidt."),
}


LEFT = "Du er ikke længere på listen. Det, der er dit, kan du stadig nå: Gå til forsiden, så finder du det."


class Refused(HTTPError):
    """A refusal the person may read: ``code`` for the page's script, ``words`` in Danish."""

    def __init__(self, status: int, code: str, words: str, **extra: Any) -> None:
        super().__init__(status)
        self.code = code
        self.words = words
        self.extra = extra


def content_security_policy(secure: bool) -> str:
    """The policy of every page: own scripts and styles, no third party, no frame, no evaluated code."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
        + (["upgrade-insecure-requests"] if secure else [])
    )


class Armoured(RequestHandler):
    """Sets the headers that every answer carries."""

    @property
    def house(self) -> House:
        """The server's services."""
        house: House = self.settings["house"]
        return house

    def set_default_headers(self) -> None:
        """Called by Tornado before each request and each error page."""
        self.clear_header("Server")
        self.set_header("Content-Security-Policy", content_security_policy(self.house.settings.secure))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if self.house.settings.secure:
            self.set_header("Strict-Transport-Security", "max-age=31536000")

    def check_road(self) -> None:
        """Refuse who comes past the proxy, or without TLS from another machine."""
        settings = self.house.settings
        peer = self.request.connection.context.address[0]  # type: ignore[union-attr] # the socket's peer, whatever headers say
        if settings.proxy is not None:
            if peer != settings.proxy or self.request.headers.get("X-Forwarded-Proto", "https") != "https":
                raise Refused(403, "wrong-road", "Brug den adresse, du har fået. Denne vej ind er lukket.")
        elif settings.certificate is None and not is_loopback(self.request.host_name):
            raise Refused(403, "wrong-road", "Uden TLS svarer serveren kun på sin egen maskine.")

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Called by Tornado for every exception. A refusal is no fault, and no line may carry what someone typed."""
        ours = value.status_code >= 500 if isinstance(value, HTTPError) else not isinstance(value, NO_FAULT)
        if ours:
            LOG.error("%s failed", type(self).__name__, exc_info=(typ, value, tb))


class Guarded(Armoured):
    """Lets nobody past who comes by the wrong road, from another site, or without a session where one is needed."""

    public: ClassVar[bool] = False
    largest: ClassVar[int] = LARGEST_BODY
    too_large: ClassVar[str] = REFUSALS[413][2]
    wordless: ClassVar[bool] = False
    """Whether what a leader changes here is no note. In a salon nothing else is taken from them."""

    to_the_end: ClassVar[bool] = False
    """Whether leaders may change this until all is deleted: what they answer of a programme, not what they write in it."""

    session: Session | None = None

    def check_xsrf_cookie(self) -> None:
        """Called by Tornado before unsafe methods. ``prepare`` checks the origin instead: no token to leak."""

    def check_origin(self, origin: str = "") -> bool:
        """Whether the request comes from one of our own pages. Called by Tornado for WebSockets, by us for the rest."""
        return self.request.headers.get("Origin") == self._origin()

    async def prepare(self) -> None:
        """Called by Tornado before the method."""
        self.check_road()
        if self.request.method not in ("GET", "HEAD"):
            self.check_change()
        cookie = self._cookie()
        self.session = await self.house.ask(self.house.store.access.resume, cookie) if cookie else None
        page_of = self.request.headers.get("X-Person")
        if self.session is not None and page_of not in (None, self.session.person.id):
            self.session = None  # an old page, left open when someone else signed in: it speaks for nobody now
        if self.session is None and not self.public:
            self.ask_to_log_in()
        if self.session is not None and not self.wordless and self.request.method not in ("GET", "HEAD"):
            await self._take_no_notes(self.session.person.id)
            self._take_no_more()
        chained = super().prepare()
        if chained is not None:
            await chained

    async def _take_no_notes(self, person: str) -> None:
        """Refuse a leader of a salon who would write something."""
        gathering = self.path_kwargs.get("gathering", "")
        here = self.house.shelf.find(gathering)
        if here is not None and here.manifest.kind is GatheringKind.SALON:
            _, mine = await self.house.membership(gathering, person)
            if mine is not None and mine.role is Role.LEADER:
                raise Refused(403, "no-notes", "I en salon bliver der ikke skrevet noget ned, så det er ikke gemt.")

    def _take_no_more(self) -> None:
        """Refuse what would be written where all is soon deleted. What was let go of can be taken back until then."""
        here = self.house.ending.get(self.path_kwargs.get("gathering", ""))
        if here is not None and here.closed and self.request.method != "DELETE" and not self.to_the_end:
            gone = near_day(here.gone(self.house.today()), self.house.today())
            raise Refused(
                403, "closed", f"Der kan ikke skrives mere, for alt bliver slettet {gone}. Hent dit eget under Hent mit."
            )

    def check_change(self) -> None:
        """Refuse a change that comes from another site, or is too large to be one of ours."""
        if not self.check_origin():
            raise Refused(403, "other-origin", "Forespørgslen kom fra en anden side end vores.")
        if len(self.request.body) > self.largest:
            raise Refused(413, REFUSALS[413][0], self.too_large, limit=self.largest, length=len(self.request.body))
        self.house.under_way.add(self)

    def ask_to_log_in(self) -> None:
        """Called when a session is needed and there is none."""
        raise Refused(401, *_words(401))

    @property
    def person(self) -> str:
        """The id of the one who is asking."""
        return self.signed_in.person.id

    @property
    def signed_in(self) -> Session:
        """The session of the one who is asking."""
        if self.session is None:
            raise Refused(401, *_words(401))
        return self.session

    async def membership(self, gathering: str) -> tuple[Cohort, Membership]:
        """The cohort and the asker's place in it. Someone else's gathering looks like one that does not exist."""
        cohort, mine = await self.house.membership(gathering, self.person)
        if cohort is not None and mine is None and await self._formerly(gathering):
            raise Refused(404, "left", LEFT, title="Ikke på listen")
        if cohort is None or mine is None:
            raise Refused(404, *_words(404))
        return cohort, mine

    async def owner(self, gathering: str) -> tuple[Cohort, Membership]:
        """Like ``leader``, and lets in who has been one and is none any more (see ``Membership.left``).

        Only for what is the asker's own, to see, fetch or take back; never to write, or to read what is another's.
        """
        cohort, mine = await self.house.membership(gathering, self.person)
        if mine is None or mine.role is not Role.LEADER:
            mine = await self._formerly(gathering) or mine
        if cohort is None or mine is None:
            raise Refused(404, *_words(404))
        if mine.role is not Role.LEADER:
            raise Refused(403, *_words(403))
        return cohort, mine

    async def leader(self, gathering: str) -> tuple[Cohort, Membership]:
        """Like ``membership``, for leaders alone."""
        cohort, mine = await self.membership(gathering)
        if mine.role is not Role.LEADER:
            raise Refused(403, *_words(403))
        return cohort, mine

    async def _formerly(self, gathering: str) -> Membership | None:
        found = await self.house.ask(self.house.store.people.former, self.person)
        return next((each for each in found if each.gathering == gathering), None)

    def set_session(self, cookie: str) -> None:
        """Remember this device for thirty days."""
        secure = self.house.settings.secure
        self.set_cookie(self._cookie_name(), cookie, expires_days=30, httponly=True, samesite="Lax", secure=secure, path="/")

    def device_marks(self) -> dict[str, str]:
        """The marks of those who have been let in on this device, and the seals on them (see ``Access.device_seal``)."""
        found = (self.get_cookie(self._cookie_name("-enhed")) or "").split(".")
        return {each[:MARK]: each[MARK:] for each in found if each}

    def know_device(self, mark: str, seal: str) -> None:
        """Put someone's mark on this device, with its seal, beside those of the last few others."""
        marks = self.device_marks()
        others = (f"{each}{sealed}" for each, sealed in marks.items() if each != mark)
        kept = ".".join([f"{mark}{seal}", *others][:MARKS])
        secure = self.house.settings.secure
        self.set_cookie(
            self._cookie_name("-enhed"), kept, expires_days=400, httponly=True, samesite="Lax", secure=secure, path="/"
        )

    def forget_session(self) -> None:
        """Take the cookie back."""
        self.clear_cookie(self._cookie_name(), path="/", secure=self.house.settings.secure, httponly=True, samesite="Lax")

    def on_finish(self) -> None:
        """Called by Tornado when the answer is sent: every refusal leaves a line in the audit log."""
        super().on_finish()
        self.house.under_way.discard(self)
        if self.get_status() in REFUSALS:
            self.note("failed" if self.get_status() >= 500 else "refused")

    def note(self, event: str, person: str | None = None) -> None:
        """One line in the audit log, without content. ``person``: who it concerns, where that is not the one asking."""
        person = person or (self.session.person.id if self.session else None)
        gathering = getattr(self, "path_kwargs", {}).get("gathering")  # an address that can't be read has none
        known = gathering if gathering and self.house.shelf.find(gathering) else None
        self.house.audit.note(event, route=type(self).__name__, status=self.get_status(), person=person, gathering=known)

    def _origin(self) -> str:
        if self.house.settings.public_url is not None:
            return self.house.settings.origin
        return f"{'https' if self.house.settings.certificate else 'http'}://{self.request.host}"

    def _cookie_name(self, end: str = "") -> str:
        return f"{'__Host-' if self.house.settings.secure else ''}faellesledelse{end}"

    def _cookie(self) -> str | None:
        return self.get_cookie(self._cookie_name())


class Api(Guarded):
    """Takes and gives JSON."""

    def body(self, **shape: type) -> dict[str, Any]:
        """The body as an object with exactly the keys and types of ``shape``. A key ending in _ may be missing."""
        try:
            body = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise Refused(400, *_words(400)) from None
        optional = {key.removesuffix("_") for key in shape if key.endswith("_")}
        types = {key.removesuffix("_"): kind for key, kind in shape.items()}
        if not isinstance(body, dict) or not set(body) <= set(types) or not set(types) - optional <= set(body):
            raise Refused(400, *_words(400))
        if any(type(value) is not types[key] for key, value in body.items()):
            raise Refused(400, *_words(400))
        return body

    def reply(self, value: Any, status: int = 200) -> None:
        """Answer with JSON that no cache keeps."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(value))  # ASCII, since half a surrogate pair in a text has no UTF-8

    def hand(self, data: bytes, kind: str, name: str) -> None:
        """Answer with a file to keep; no cache keeps it."""
        self.set_header("Content-Type", kind)
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.set_header("Cache-Control", "no-store")
        self.finish(data)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Called by Tornado for every error."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        if isinstance(error, Refused):
            self.reply({"error": error.code, "message": error.words} | error.extra, status_code)
        elif isinstance(error, AccessError | AnswerError):
            status = 403 if isinstance(error, AccessError) else 400
            self.reply({"error": "refused", "message": str(error)}, status)
        else:
            code, words = _words(status_code)
            self.reply({"error": code, "message": words}, status_code)


class Page(Guarded):
    """Answers with one of our own pages."""

    def ask_to_log_in(self) -> None:
        """Send the person to the sign-in page and back again afterwards."""
        self.redirect(f"/log-ind?next={self.request.path}")
        raise Finish

    def begin(self, template: str, **context: Any) -> None:
        """Write ``template``, a page or the beginning of one."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        shell: dict[str, Any] = {"me": None, "nav": [], "step": None, "gathering": "", "person": ""}
        self.write(self.house.pages.get_template(template).render(shell | context))

    def show(self, template: str, **context: Any) -> None:
        """Answer with the page ``template``, or with the rest of one that has begun."""
        self.begin(template, **context)
        self.finish()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Called by Tornado for every error: one kind Danish page."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        _, title, message = REFUSALS.get(status_code, REFUSALS[500])
        if isinstance(error, Refused):
            message = error.words
            title = error.extra.get("title", title)
        self.show("error.html", status=status_code, title=title, message=message, link={"title": "Til forsiden", "url": "/"})


def _words(status: int) -> tuple[str, str]:
    code, _, message = REFUSALS.get(status, REFUSALS[500])
    return code, message
