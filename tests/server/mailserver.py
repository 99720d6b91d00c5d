"""A mail server of the tests' own: it takes every letter, or none."""

import queue
import socketserver
import threading
from typing import Any, Self

from fællesledelse.server.access_api import NEW_DEVICE


class _Talk(socketserver.StreamRequestHandler):
    server: "MailServer"

    def handle(self) -> None:
        self._say("220 mail.example")
        while line := self.rfile.readline().decode("ascii", "replace").strip().upper():
            if line.startswith("DATA"):
                self._say("354 go on")
                if NEW_DEVICE not in (letter := self._letter()):
                    self.server.letters.put(letter)
                self._say("250 taken")
            elif line.startswith("QUIT"):
                self._say("221 bye")
                return
            elif line.startswith("MAIL") and self.server.refuse:
                self._say("451 not now")
            else:
                self._say("250 fine")

    def _letter(self) -> str:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return b"".join(lines).decode()

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """On a free loopback port until the block is left."""

    daemon_threads = True
    refuse = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.letters: queue.Queue[str] = queue.Queue()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def next_letter(self) -> str:
        """The next letter, decoded."""
        import email
        import email.policy

        letter: Any = email.message_from_string(self.letters.get(timeout=30), policy=email.policy.default)
        return f"{letter['To']}\n{letter.get_content()}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
