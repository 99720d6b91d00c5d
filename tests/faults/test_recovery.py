"""One kill of the server, and one damaged disk."""

from . import recovery


def test_the_server_is_back_after_a_kill_and_from_its_own_copies() -> None:
    for figure in recovery.tried(seed=1, share=0.01):
        assert figure.kept or figure.timed, figure.line
