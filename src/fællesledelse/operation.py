"""What IT does from the command line: serve, invite, and use the key in the safe.

A running server owns its database, so these commands ask the server; they find its address in the settings and its token
in the data folder.
"""

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from .errors import FællesledelseError
from .settings import Settings


class ServerRefused(FællesledelseError):
    """The running server said no, or is not there. The message is Danish and says what to do."""


def invite(settings: Settings, gathering: str, email: str | None) -> dict[str, Any]:
    """Invitations for everyone in ``gathering`` who has not enrolled, or for one person. Raises ServerRefused."""
    wish = {"gathering": gathering} | ({"email": email.strip().lower()} if email else {})
    answer: dict[str, Any] = _ask(settings, "invitations", json.dumps(wish).encode())
    return answer


def safe_request(settings: Settings, email: str, target: Path) -> None:
    """Write what the key in the safe needs to bring a leader's old texts back. Raises ServerRefused."""
    request = _ask(settings, "safe/request", json.dumps({"email": email.strip().lower()}).encode())
    target.write_text(json.dumps(request, indent=1), encoding="ascii")


def safe_result(settings: Settings, source: Path) -> None:
    """Give the server what came back from the offline machine. Raises ServerRefused."""
    _ask(settings, "safe/result", source.read_bytes())


def _ask(settings: Settings, route: str, body: bytes) -> Any:
    token = settings.operator_token
    if not token.is_file():
        raise ServerRefused(f"Der kører ingen server på {settings.data}. Start den først: faellesledelse server MAPPE.")
    request = urllib.request.Request(
        f"{'https' if settings.certificate else 'http'}://{_local(settings)}/operator/{route}",
        data=body,
        headers={"Authorization": f"Bearer {token.read_text('ascii')}", "Content-Type": "application/json"},
    )
    try:
        with _straight(settings).open(request, timeout=60) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise ServerRefused(_reason(error)) from None
    except OSError as error:
        raise ServerRefused(f"Serveren svarer ikke på {_local(settings)} ({error}). Kører den?") from None


def _local(settings: Settings) -> str:
    host = f"[{settings.address}]" if ":" in settings.address else settings.address
    return f"{host}:{settings.port}"


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError):
        return f"Det, der svarer, er ikke serveren (svar {error.code}). Se efter, om adresse og port er rigtige."


def _straight(settings: Settings) -> urllib.request.OpenerDirector:
    """Asks this machine and nobody else: a proxy in the environment must not see the token."""
    no_proxy = urllib.request.ProxyHandler({})
    if settings.certificate is None:
        return urllib.request.build_opener(no_proxy)
    return urllib.request.build_opener(no_proxy, urllib.request.HTTPSHandler(context=_trusting(settings.certificate)))


def _trusting(certificate: Path) -> ssl.SSLContext:
    """Trust the server's own certificate and no other; its name is the public one, not this machine's."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN  # whoever has signed it need not be in the file
    context.check_hostname = False
    return context
