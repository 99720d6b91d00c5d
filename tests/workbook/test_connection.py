"""The kernel's end of the socket."""

import socket
from collections.abc import Iterator

import pytest

from fællesledelse.errors import ConnectionLost
from fællesledelse.workbook.connection import ServerConnection

Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def connection(ends: Ends) -> Iterator[ServerConnection]:
    """The kernel's end, patient for a moment only."""
    connection = ServerConnection(ends[1], patience=0.01)
    yield connection
    connection.close()


def test_no_keys_need_no_question(connection: ServerConnection) -> None:
    assert connection.answers(()).texts == {}


def test_an_answer_that_is_no_answer_is_a_lost_connection(ends: Ends, connection: ServerConnection) -> None:
    ends[0].sendall(b"not json\n")
    with pytest.raises(ConnectionLost, match="not an answer"):
        connection.way()


def test_half_an_answer_is_a_lost_connection(ends: Ends, connection: ServerConnection) -> None:
    ends[0].sendall(b'{"ok": {')
    ends[0].shutdown(socket.SHUT_WR)
    with pytest.raises(ConnectionLost, match="closed the connection"):
        connection.way()


def test_after_a_silence_a_late_answer_is_never_taken_for_the_next(connection: ServerConnection) -> None:
    with pytest.raises(ConnectionLost, match="did not answer"):
        connection.answers(("doubt",))
    with pytest.raises(ConnectionLost):
        connection.answers(("promise",))
