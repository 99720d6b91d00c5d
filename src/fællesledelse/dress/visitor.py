"""A browser without a screen, for one constructed person: the requests that a page's script makes."""

import html
import http.client
import json
import re
import uuid
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from ..errors import FællesledelseError

PASS_PHRASE = "en prøve er bedre end en undskyldning"
_PATIENCE = 120  # seconds; a file waits its turn behind everyone's else
_LEAD = re.compile(r'<p class="site-lead">([^<]+)</p>')
_MOVED = (301, 302, 303, 307, 308)


class Refusal(FællesledelseError):
    """The server said no, or nothing. The message is its own Danish one where it gave any."""


@dataclass(frozen=True)
class Answer:
    """What the server sent: the status, where it points to if anywhere, and the body."""

    status: int
    location: str
    data: bytes


class Visitor:
    """One person's device. Its verbs raise Refusal."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=_PATIENCE)
        self._cookies: SimpleCookie = SimpleCookie()

    def page(self, path: str) -> str:
        """A page's HTML. To be sent to the sign-in page is a refusal."""
        for _ in range(4):
            answer = self._answered("GET", path)
            if answer.status not in _MOVED:
                return answer.data.decode()
            path = answer.location
            if path.startswith("/log-ind"):
                raise Refusal("Serveren bad om at logge ind igen.")
        raise Refusal("Serveren sendte rundt i ring.")

    def file(self, path: str) -> bytes:
        """A file to keep."""
        return self._answered("GET", path).data

    def get(self, path: str) -> Any:
        """What the API tells."""
        return json.loads(self._answered("GET", path).data)

    def send(self, method: str, path: str, **body: Any) -> Any:
        """Ask for a change; what the API answers, None if nothing."""
        data = self._answered(method, path, json.dumps(body).encode()).data
        return json.loads(data) if data else None

    def submit(self, path: str, **fields: str) -> None:
        """Send a page's form."""
        self._answered("POST", path, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def save(self, gathering: str, key: str, text: str, base: int = 0) -> None:
        """Save a field or a note over the version ``base``."""
        self.send("PUT", f"/api/{gathering}/answers/{key}", text=text, base=base, save_id=uuid.uuid4().hex)

    def close(self) -> None:
        """Put the device away."""
        self._connection.close()

    def _answered(self, method: str, path: str, body: bytes | None = None, kind: dict[str, str] | None = None) -> Answer:
        try:
            answer = self._asked(method, path, body, kind or {})
        except (OSError, http.client.HTTPException) as problem:
            self._connection.close()
            raise Refusal(f"Serveren svarede ikke ({type(problem).__name__}).") from problem
        if answer.status >= 400:
            raise Refusal(_reason(answer))
        return answer

    def _asked(self, method: str, path: str, body: bytes | None, kind: dict[str, str]) -> Answer:
        headers = kind | {"Origin": self._origin, "Cookie": "; ".join(f"{k}={m.value}" for k, m in self._cookies.items())}
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie", ()):
            self._cookies.load(cookie)
        return Answer(response.status, response.headers.get("Location", ""), response.read())


def _reason(answer: Answer) -> str:
    """What the server has to say for itself: the API in JSON, a page in its first paragraph."""
    said = _LEAD.search(answer.data.decode("utf-8", "replace"))
    if said:
        return html.unescape(said[1])
    try:
        return str(json.loads(answer.data)["message"])
    except (ValueError, KeyError, TypeError):
        return f"Serveren svarede med {answer.status}."
