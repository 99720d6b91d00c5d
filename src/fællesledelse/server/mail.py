"""Mails the server sends: plain text, to the leader's own address."""

import smtplib
import uuid
from email.message import EmailMessage
from pathlib import Path

from ..settings import Settings


class Mailer:
    """Sends by SMTP; without a mail server puts each mail as an .eml file in the folder "udbakke" for IT to send."""

    def __init__(self, settings: Settings) -> None:
        self._smtp = settings.smtp
        self._sender = settings.sender
        self._outbox = settings.data / "udbakke"

    def send(self, to: str, subject: str, text: str) -> None:
        """Send one mail. Raises OSError (smtplib's errors among them) when the mail server can't take it."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message.set_content(text)
        if self._smtp is None:
            self._put(self._outbox, message)
            return
        host, _, port = self._smtp.partition(":")
        with smtplib.SMTP(host, int(port or 25), timeout=10) as server:
            server.send_message(message)

    @staticmethod
    def _put(outbox: Path, message: EmailMessage) -> None:
        outbox.mkdir(mode=0o700, exist_ok=True)
        path = outbox / f"{uuid.uuid4().hex}.eml"
        beside = path.with_suffix(".new")  # who empties the folder meets no half mail
        beside.touch(mode=0o600)
        beside.write_bytes(bytes(message))
        beside.replace(path)
