"""Mails the server sends: to one address, or to many over one connection."""

import re
import smtplib
import socket
import uuid
from collections.abc import Callable
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final, Protocol

from ..errors import FællesledelseError
from ..settings import Settings
from .letters import Letter

PATIENCE: Final = 30.0  # seconds the mail server may take to answer
_LINES = SMTP.clone(cte_type="7bit")  # a relay need not take anything but ASCII


class MailRefused(FællesledelseError):
    """The mail server said no, and has not taken the mail. ``ours``: it takes nothing from our sender's address."""

    def __init__(self, code: int, words: str, ours: bool = False) -> None:
        super().__init__(f"{code} {words}")
        self.code, self.words, self.ours = code, words, ours

    @property
    def lasting(self) -> bool:
        """Whether trying again is of no use."""
        return self.code >= 500


class MailUnsure(FællesledelseError):
    """The connection was lost when the whole mail had left: nobody knows whether it was taken."""


class Post(Protocol):
    """A way for mails to leave, one after the other."""

    def deliver(self, to: str, make: Callable[[], EmailMessage]) -> None:
        """Send what ``make`` gives, which is asked when the address is taken.

        Raises MailRefused, MailUnsure, or OSError where the mail surely has not left; after either of the last two the
        post is of no more use.
        """

    def close(self) -> None:
        """No more mails."""

    def abort(self) -> None:
        """Break off whatever another thread is waiting for."""


class Mailer:
    """Sends by SMTP; without a mail server puts each mail as an .eml file in the folder "udbakke" for IT to send."""

    def __init__(self, settings: Settings) -> None:
        self._smtp = settings.smtp
        self._outbox = settings.data / "udbakke"
        self.sender = settings.sender

    @property
    def has_server(self) -> bool:
        """Whether mails go to a mail server, not into the folder."""
        return self._smtp is not None

    def send(self, to: str, subject: str, text: str) -> None:
        """Send one mail. Raises OSError (smtplib's errors among them) when the mail server can't take it."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message.set_content(text)
        if self._smtp is None:
            _put(self._outbox, message, uuid.uuid4().hex)
            return
        with smtplib.SMTP(*self._server, timeout=10) as server:
            server.send_message(message)

    def open(self) -> Post:
        """A connection to the mail server, or the folder. Raises OSError or MailRefused."""
        if self._smtp is None:
            return _Outbox(self._outbox)
        return _Connection(*self._server, parseaddr(self.sender)[1])

    def message(self, letter: Letter, key: str) -> EmailMessage:
        """The letter as a mail. ``key``: the same for the same mail, and for no other; it becomes the Message-ID."""
        message = EmailMessage(policy=_LINES)
        message["From"] = self.sender
        message["To"] = Address(display_name=letter.name, addr_spec=_plain(letter.email))
        if letter.answers:
            message["Reply-To"] = [Address(display_name=name, addr_spec=_plain(email)) for name, email in letter.answers]
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(letter.made_at)
        message["Message-ID"] = f"<{key}@{parseaddr(self.sender)[1].rpartition('@')[2] or 'localhost'}>"
        message.set_content(letter.text, cte="quoted-printable")
        if letter.calendar is not None:
            message.add_alternative(
                letter.calendar.decode(), subtype="calendar", cte="base64", params={"method": letter.method}
            )
        return message

    @property
    def _server(self) -> tuple[str, int]:
        host, _, port = str(self._smtp).partition(":")
        return host, int(port or 25)


class _Connection:
    """A talk with a mail server. The order of the talk tells what is known when it breaks off."""

    def __init__(self, host: str, port: int, sender: str) -> None:
        self._sender = sender
        self._smtp = smtplib.SMTP(timeout=PATIENCE)
        try:
            _expect(self._smtp.connect(host, port), 220)
            self._smtp.ehlo_or_helo_if_needed()
        except BaseException:
            self._smtp.close()
            raise

    def deliver(self, to: str, make: Callable[[], EmailMessage]) -> None:
        try:
            self._deliver(to, make)
        except (MailUnsure, OSError):
            raise
        except Exception:
            with suppress(OSError):
                self._smtp.rset()
            raise

    def _deliver(self, to: str, make: Callable[[], EmailMessage]) -> None:
        to = _plain(to)
        if not to.isascii():
            raise MailRefused(553, "The address has letters before the @ that mail servers don't take")
        _expect(self._smtp.mail(self._sender), 250, ours=True)
        _expect(self._smtp.rcpt(to), 250, 251)
        content = re.sub(rb"(?m)^\.", b"..", make().as_bytes())
        _expect(self._smtp.docmd("DATA"), 354)
        self._smtp.send(content)
        try:
            self._smtp.send(b".\r\n")
            reply = self._smtp.getreply()
        except OSError as lost:
            raise MailUnsure("the connection was lost before the mail server said whether it took the mail") from lost
        _expect(reply, 250)

    def close(self) -> None:
        with suppress(OSError):
            self._smtp.quit()
        self._smtp.close()

    def abort(self) -> None:
        with suppress(OSError):
            if self._smtp.sock is not None:
                self._smtp.sock.shutdown(socket.SHUT_RDWR)


class _Outbox:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, to: str, make: Callable[[], EmailMessage]) -> None:
        message = make()
        _put(self._folder, message, str(message["Message-ID"]).strip("<>").partition("@")[0])

    def close(self) -> None:
        """Nothing is open."""

    def abort(self) -> None:
        """Nothing waits."""


def _expect(reply: tuple[int, bytes], *good: int, ours: bool = False) -> None:
    """Raises MailRefused for any other reply, and SMTPServerDisconnected (an OSError) where the server hangs up."""
    code, said = reply
    words = said.decode("utf-8", "replace").replace("\n", " ")
    if code == 421 or code < 0:
        raise smtplib.SMTPServerDisconnected(words)
    if code not in good:
        raise MailRefused(code, words, ours)


def _plain(address: str) -> str:
    """The address with its domain as mail servers write it: æ, ø and å become ASCII."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def _put(outbox: Path, message: EmailMessage, name: str) -> None:
    outbox.mkdir(mode=0o700, exist_ok=True)
    path = outbox / f"{name}.eml"
    beside = path.with_suffix(".new")  # who empties the folder meets no half mail
    beside.touch(mode=0o600)
    beside.write_bytes(bytes(message))
    beside.replace(path)
