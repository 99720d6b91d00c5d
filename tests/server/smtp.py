"""A mail server of the tests' own: takes letters, refuses, puts off, hangs up, or waits, as it is told."""

import email
import email.policy
import os
import socketserver
import subprocess
import sys
import threading
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from fællesledelse.server.access_api import NEW_DEVICE
from fællesledelse.settings import read

from .serving import Server, free_port

LAUNCH = """
import sys
from pathlib import Path
from fællesledelse.server import mailing
from fællesledelse.server.run import open_house, serve
from fællesledelse.settings import read
mailing.BETWEEN = float(sys.argv[2])
serve(open_house(read(), [Path(sys.argv[1])]))
"""


class _Talk(socketserver.StreamRequestHandler):
    server: "Smtp"

    def handle(self) -> None:
        if self.server.busy:
            return self._say("421 too busy")
        self._say("220 mail.example")
        taken, to = 0, ""
        while line := self.rfile.readline().decode("ascii").strip():
            verb, _, rest = line.partition(":")
            if verb.upper() == "RCPT TO":
                to = rest.strip("<> ")
                self._say(self.server.answer_to(to))
            elif verb.upper() == "MAIL FROM" and self.server.no_sender:
                self._say("550 5.7.1 sender not allowed")
            elif line.upper() == "DATA":
                self._say("354 go on")
                letter = self._letter()
                if letter is None:
                    return
                self.server.take(to, letter)
                taken += 1
                if to in self.server.silent:
                    return  # taken, but the sender never hears of it
                self._say("250 taken")
                if self.server.hang_up_after and taken == self.server.hang_up_after:
                    return
            elif line.upper() == "QUIT":
                return self._say("221 bye")
            else:
                self._say("250 fine")

    def _letter(self) -> bytes | None:
        """The letter, or None where the talk breaks off in its midst."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return None
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Smtp(socketserver.ThreadingTCPServer):
    """On a loopback port until the block is left. Addresses are in small letters.

    ``refused``: the answer to an address. ``put_off``: how often an address is asked to come again. ``silent``: whose
    letters are taken without a word. ``gate``: letters are taken while it is set. ``held``: one waits before a closed gate.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Talk)
        self.letters: list[tuple[str, bytes]] = []
        self.refused: dict[str, str] = {}
        self.put_off: dict[str, int] = {}
        self.silent: set[str] = set()
        self.hang_up_after = 0
        self.busy = self.no_sender = False
        self.gate = threading.Event()
        self.gate.set()
        self.held = threading.Event()
        self._guard = threading.Lock()

    @property
    def address(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def receivers(self) -> list[str]:
        """Who has got a letter, in the order they came."""
        return [to for to, _ in self.letters]

    def letter(self, to: str) -> EmailMessage:
        """The newest letter to an address."""
        content = next(content for receiver, content in reversed(self.letters) if receiver == to)
        found: Any = email.message_from_bytes(content, policy=email.policy.default)
        return found  # type: ignore[no-any-return]

    def answer_to(self, to: str) -> str:
        """What the server says of an address."""
        with self._guard:
            if self.put_off.get(to, 0):
                self.put_off[to] -= 1
                return "451 4.7.1 greylisted, come again"
        return self.refused.get(to, "250 fine")

    def take(self, to: str, letter: bytes) -> None:
        """Keep a letter, when the gate is open. What is written about new devices is let through."""
        if NEW_DEVICE.encode() in letter:
            return
        if not self.gate.wait(0):
            self.held.set()
            self.gate.wait(30)
        with self._guard:
            self.letters.append((to, letter))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Called where the other side is gone: that is what some tests are about."""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


def launched(data: Path, folder: Path, smtp: Smtp, between: float = 0.02) -> Server:
    """Our own server in a process of its own, which waits ``between`` seconds from one mail to the next."""
    own = {"FAELLESLEDELSE_DATA": str(data), "FAELLESLEDELSE_PORT": str(free_port()), "FAELLESLEDELSE_SMTP": smtp.address}
    data.mkdir(exist_ok=True)
    log = data.with_suffix(".log")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", LAUNCH, str(folder), str(between)],
            env=os.environ | own,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    server = Server(process, read(own), log, data)
    server.wait_until_up()
    return server
