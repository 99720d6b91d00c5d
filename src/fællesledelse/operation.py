"""What IT does from the command line: serve, invite, and use the key in the safe.

A running server owns its database, so these commands ask the server; they find its address in the settings and its token
in the data folder.
"""

import json
import shutil
import socket
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any

from .errors import FællesledelseError
from .settings import Settings

PATIENCE = 600  # seconds: a large database is copied or rewritten meanwhile


class ServerRefused(FællesledelseError):
    """The running server said no, or is not there. The message is Danish and says what to do."""


class AskedBack(ServerRefused):
    """Someone would be written to twice in a day. Ask whoever is at the keyboard, and then again with ``sure``."""


def invite(settings: Settings, gathering: str, email: str | None) -> dict[str, Any]:
    """Invitations for everyone in ``gathering`` who has not enrolled, or for one person. Raises ServerRefused."""
    wish = {"gathering": gathering} | ({"email": email.strip().lower()} if email else {})
    answer: dict[str, Any] = _ask(settings, "invitations", json.dumps(wish).encode())
    return answer


def mailing(settings: Settings, gathering: str, kind: str, act: str, **wish: Any) -> dict[str, Any]:
    """See or steer the mails of a kind ("invitation", "reminder"): ``act`` is "told", "letters", "start", "resume", "cards".

    ``wish``: ``email``, to that one person alone; ``sure``, also to who had one today. Raises ServerRefused.
    """
    body = {"gathering": gathering, "kind": kind, "act": act} | wish
    answer: dict[str, Any] = _ask(settings, "mailings", json.dumps(body).encode())
    return answer


def status(settings: Settings, gathering: str) -> dict[str, Any]:
    """What the facilitator's overview of a gathering shows (see ``server.overview.told``). Raises ServerRefused."""
    answer: dict[str, Any] = _ask(settings, "status", json.dumps({"gathering": gathering}).encode())
    return answer


def safe_request(settings: Settings, email: str, target: Path) -> None:
    """Write what the key in the safe needs to bring a leader's old texts back. Raises ServerRefused."""
    request = _ask(settings, "safe/request", json.dumps({"email": email.strip().lower()}).encode())
    target.write_text(json.dumps(request, indent=1), encoding="ascii")


def safe_result(settings: Settings, answer: bytes) -> None:
    """Give the server what came back from the offline machine. Raises ServerRefused."""
    _ask(settings, "safe/result", answer)


def backup(settings: Settings, target: IO[bytes]) -> None:
    """Write a copy of database, cohort folders and audit log, without keys. Raises ServerRefused."""
    with _asked(settings, "backup", b"{}") as answer:
        shutil.copyfileobj(answer, target)


def backup_keys(settings: Settings, target: IO[bytes], file: Path) -> None:
    """Write a copy of the keys. ``file``: where it will be, which the server notes. Raises ServerRefused."""
    with _asked(settings, "backup/keys", json.dumps({"file": str(file)}).encode()) as answer:
        shutil.copyfileobj(answer, target)


def extent(settings: Settings, gathering: str) -> dict[str, Any]:
    """What would go with a gathering, or its receipt if it has gone. Raises ServerRefused."""
    answer: dict[str, Any] = _ask(settings, "deletion/extent", json.dumps({"gathering": gathering}).encode())
    return answer


def delete(settings: Settings, gathering: str, name: str) -> dict[str, Any]:
    """Delete a gathering whose name someone has typed; the receipt. Raises ServerRefused."""
    answer: dict[str, Any] = _ask(settings, "deletion", json.dumps({"gathering": gathering, "name": name}).encode())
    return answer


def leader_extent(settings: Settings, gathering: str, email: str) -> dict[str, Any]:
    """What would go with a leader of a gathering, or the receipt of one who has gone. Raises ServerRefused."""
    wish = {"gathering": gathering, "email": email.strip().lower()}
    answer: dict[str, Any] = _ask(settings, "leader/extent", json.dumps(wish).encode())
    return answer


def delete_leader(settings: Settings, gathering: str, email: str) -> dict[str, Any]:
    """Delete a leader whose address someone has typed twice; the receipt. Raises ServerRefused."""
    wish = {"gathering": gathering, "email": email.strip().lower()}
    answer: dict[str, Any] = _ask(settings, "leader", json.dumps(wish).encode())
    return answer


def runs(settings: Settings) -> bool:
    """Whether a server that has written its token in the data folder still listens."""
    if not settings.operator_token.is_file():
        return False
    try:
        with socket.create_connection((settings.address, settings.port), 2):
            return True
    except OSError:
        return False


def _ask(settings: Settings, route: str, body: bytes) -> Any:
    try:
        with _asked(settings, route, body) as answer:
            return json.loads(answer.read())
    except OSError as error:
        raise ServerRefused(f"Serveren holdt op med at svare ({error}). Se efter, om den kører, og prøv igen.") from None


def _asked(settings: Settings, route: str, body: bytes) -> Any:
    """The server's answer, to be read. Raises ServerRefused."""
    token = settings.operator_token
    if not token.is_file():
        raise ServerRefused(f"Der kører ingen server på {settings.data}. Start den først: faellesledelse server MAPPE.")
    request = urllib.request.Request(
        f"{'https' if settings.certificate else 'http'}://{_local(settings)}/operator/{route}",
        data=body,
        headers={"Authorization": f"Bearer {token.read_text('ascii')}", "Content-Type": "application/json"},
    )
    try:
        return _straight(settings).open(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        raise _refusal(error) from None
    except OSError as error:
        raise ServerRefused(f"Serveren svarer ikke på {_local(settings)} ({error}). Kører den?") from None


def _local(settings: Settings) -> str:
    host = f"[{settings.address}]" if ":" in settings.address else settings.address
    return f"{host}:{settings.port}"


def _refusal(error: urllib.error.HTTPError) -> ServerRefused:
    try:
        told = json.loads(error.read())
        return (AskedBack if told["error"] == "fresh" else ServerRefused)(str(told["message"]))
    except (ValueError, KeyError, TypeError):
        return ServerRefused(
            f"Det, der svarer, er ikke serveren (svar {error.code}). Se efter, om adresse og port er rigtige."
        )


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
