"""Sending a checked cohort from a facilitator's machine to the server, over HTTPS and with her own sign-in."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlsplit

from .errors import FællesledelseError
from .settings import is_loopback

PATIENCE = 180  # seconds


class NotPublished(FællesledelseError):
    """The server did not take the cohort. What was in use there still is. The message is Danish and says what to do."""


class Server:
    """The server at ``origin``, as one facilitator meets it."""

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise NotPublished(f"{origin} begynder ikke med https. Uden det kan andre på nettet læse din adgangssætning.")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def sign_in(self, email: str, pass_phrase: str) -> None:
        """Raises NotPublished."""
        self._ask("POST", "/api/log-in", json.dumps({"email": email, "pass_phrase": pass_phrase}).encode()).close()

    def sign_out(self) -> None:
        """End the session."""
        self._ask("POST", "/api/log-out", b"").close()

    def publish(self, gathering: str, content: bytes, hear: Callable[[int], None] = lambda total: None) -> dict[str, Any]:
        """Send the packed sources of a cohort; what the server has taken into use.

        ``hear`` is called for each page that was built there, with how many there are. Raises NotPublished.
        """
        last: dict[str, Any] = {}
        unknown = (
            f"Serveren har intet hold, der hedder {gathering}, og som du er facilitator på. Står navnet rigtigt i din fil? "
            "Er holdet nyt, så bed IT lave det på serveren først: faellesledelse hold ny MAPPE --facilitator."
        )
        with self._ask("PUT", f"/api/{gathering}/cohort.zip", content, missing=unknown) as answer:
            for line in answer:
                last = json.loads(line)
                if "total" in last:
                    hear(last["total"])
        if "done" not in last:
            raise NotPublished(
                "\n".join(last.get("findings") or [last.get("message", "Forbindelsen blev afbrudt. Prøv igen.")])
            )
        done: dict[str, Any] = last["done"]
        return done

    def _ask(self, method: str, path: str, body: bytes, missing: str = "") -> Any:
        headers = {"Origin": self.origin, "Content-Type": "application/json", "User-Agent": "faellesledelse"}
        request = urllib.request.Request(self.origin + path, data=body, method=method, headers=headers)
        try:
            return self._opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            raise NotPublished(missing if missing and error.code == 404 else _reason(error)) from None
        except OSError as error:
            raise NotPublished(f"{self.origin} svarer ikke ({error}). Er adressen rigtig, og er du på nettet?") from None


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError):
        return f"Det, der svarer, er ikke serveren (svar {error.code}). Se efter, om adressen er rigtig."
