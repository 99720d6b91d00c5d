"""A zygote prepares once what many programs then find done."""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from fællesledelse.kernels import Zygote, ZygoteError

from .processes import PATIENCE, Workshop, children, do, parent, runs, wait_until


def test_a_program_in_a_fork_gets_its_arguments_and_says_what_it_says(workshop: Workshop, plain: Zygote) -> None:
    assert workshop.output(plain, "import sys; print(sys.argv[1:], __name__)", "a", "ø") == "['a', 'ø'] __main__"


def test_a_module_is_run_as_python_would(workshop: Workshop, plain: Zygote) -> None:
    workshop.write("spoken", "import sys; print(sys.argv[1], __spec__.name, sys.modules['__main__'].__file__)")
    read, write = os.pipe()
    with open(read) as text:
        argv = [sys.executable, "-m", "spoken", "word"]
        process = do(plain.run(argv, env=workshop.environment, cwd=str(workshop.folder), fds={1: write}))
        os.close(write)
        assert text.read().split() == ["word", "spoken", str(workshop.folder / "spoken.py")]
    assert process.wait(PATIENCE) == 0


def test_a_module_that_is_imported_already_is_run_anew_and_beside_it(workshop: Workshop) -> None:
    workshop.write(
        "known", "HERE = []\nif __name__ == '__main__':\n    import known\n    print(known.HERE, known.HERE is HERE)"
    )
    workshop.write("filling", "import known\ndef fill(): known.HERE.append('prepared')")
    zygote = workshop.zygote("known", prepare="filling:fill")
    read, write = os.pipe()
    with open(read) as text:
        do(zygote.run([sys.executable, "-m", "known"], env=workshop.environment, cwd="/", fds={1: write}))
        os.close(write)
        assert text.read().strip() == "['prepared'] False"


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit('no')", 1),
        ("1 / 0", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
)
def test_how_a_program_ended_is_told(workshop: Workshop, plain: Zygote, program: str, status: int) -> None:
    process = workshop.start(plain, program)
    assert do(process.ended()) == process.wait(PATIENCE) == process.poll() == process.returncode == status


def test_a_traceback_goes_where_standard_error_goes(workshop: Workshop, plain: Zygote) -> None:
    read, write = os.pipe()
    with open(read) as text:
        process = workshop.start(plain, "1 / 0", fds={2: write})
        os.close(write)
        assert "ZeroDivisionError" in text.read()
    assert process.wait(PATIENCE) == 1


def test_what_ends_with_a_program_is_done_when_it_ends(workshop: Workshop, plain: Zygote) -> None:
    said = workshop.output(
        plain, "import atexit, threading\natexit.register(print, 'b')\nthreading.Thread(target=print, args='a').start()"
    )
    assert said.split() == ["a", "b"]


def test_each_fork_finds_what_was_prepared_and_changes_only_its_own(workshop: Workshop) -> None:
    workshop.write("state", "WORDS = []\ndef prepare(*words): WORDS.extend(words)")
    zygote = workshop.zygote(prepare="state:prepare", arguments=("å", "b"))
    program = "import state; state.WORDS.append('own'); print(*state.WORDS)"
    assert [workshop.output(zygote, program) for _ in range(2)] == ["å b own"] * 2


def test_a_shell_made_before_the_fork_is_there_after_it(workshop: Workshop) -> None:
    workshop.write(
        "shell",
        """
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        def prepare():
            shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
            shell.run_cell("answer = 42")
        """,
    )
    zygote = workshop.zygote(prepare="shell:prepare")
    program = "from IPython import get_ipython; print(get_ipython().user_ns['answer'])"
    assert workshop.output(zygote, program) == "42"


def test_a_zygote_may_be_the_fork_of_another_and_prepare_more(workshop: Workshop) -> None:
    workshop.write("base", "import os\nPID = os.getpid()\nWORDS = []\ndef say(word): WORDS.append(word)")
    base = workshop.zygote("base", prepare="base:say", arguments=("base",))
    one, other = (workshop.zygote("base", prepare="base:say", arguments=(word,), parent=base) for word in ("one", "other"))
    third = workshop.zygote(prepare="base:say", arguments=("third",), parent=one)
    program = "import base; print(base.PID, *base.WORDS)"
    pid, *words = workshop.output(base, program).split()
    assert words == ["base"]
    assert workshop.output(one, program) == f"{pid} base one"
    assert workshop.output(other, program) == f"{pid} base other"
    assert workshop.output(third, program) == f"{pid} base one third"


def test_a_zygote_goes_on_when_the_one_it_was_forked_from_is_closed(workshop: Workshop) -> None:
    base = workshop.zygote()
    nested = workshop.zygote(parent=base)
    base.close()
    assert not base.alive
    assert nested.alive
    assert workshop.output(nested, "print(1)") == "1"
    nested.close()
    assert not nested.alive


def test_a_preparation_may_be_longer_than_a_message(workshop: Workshop, plain: Zygote) -> None:
    workshop.write("long", "TEXT = ''\ndef keep(text):\n    global TEXT\n    TEXT = text")
    zygote = workshop.zygote(prepare="long:keep", arguments=("æ" * 3_000_000,))
    assert workshop.output(zygote, "import long; print(len(long.TEXT))") == "3000000"


@pytest.mark.parametrize(
    ("preparation", "message"),
    [
        ("raise ValueError('the notebook is broken: ø')", "ValueError: the notebook is broken: ø"),
        ("raise SystemExit(2)", "SystemExit: 2"),
        ("import missing_module", "No module named 'missing_module'"),
        ("import os; os._exit(7)", "without a word"),
        ("from threading import Event, Thread; Thread(target=Event().wait, name='Stoker', daemon=True).start()", "Stoker"),
        ("import sys; sys.kept = open('/etc/hostname')", "/etc/hostname"),
    ],
)
def test_a_preparation_that_fails_is_told_with_its_message(workshop: Workshop, preparation: str, message: str) -> None:
    workshop.write("failing", f"def prepare():\n    {preparation}")
    before = children(os.getpid())
    with pytest.raises(ZygoteError, match=message.replace("(", r"\(")):
        workshop.zygote(prepare="failing:prepare")
    assert children(os.getpid()) == before


def test_the_note_of_a_failure_is_its_traceback_and_the_parent_goes_on(workshop: Workshop) -> None:
    workshop.write("failing", "def prepare(): 1 / 0")
    base = workshop.zygote()
    with pytest.raises(ZygoteError, match="division by zero") as raised:
        workshop.zygote(prepare="failing:prepare", parent=base)
    assert "failing.py" in raised.value.__notes__[0]
    assert workshop.output(base, "print(1)") == "1"


def test_a_missing_module_is_named(workshop: Workshop) -> None:
    with pytest.raises(ZygoteError, match="no_such_module"):
        workshop.zygote("no_such_module")


def test_the_environment_is_what_was_given_and_nothing_else(workshop: Workshop, plain: Zygote) -> None:
    given = {"A": "å", "TZ": "Pacific/Kiritimati"}
    program = workshop.write("program", "import os, time; print(sorted(os.environ.items()), time.localtime().tm_gmtoff)")
    read, write = os.pipe()
    with open(read) as text:
        do(plain.run([sys.executable, str(program)], env=given, cwd="/", fds={1: write}))
        os.close(write)
        assert text.read().strip() == f"{sorted(given.items())} {14 * 3600}"


def test_a_program_works_in_its_folder_and_one_that_is_missing_is_named(workshop: Workshop, plain: Zygote) -> None:
    assert workshop.output(plain, "import os; print(os.getcwd())") == str(workshop.folder.resolve())
    with pytest.raises(ZygoteError, match="no/such/folder"):
        do(plain.run([sys.executable, "-m", "x"], env={}, cwd="/no/such/folder", fds={}))
    assert plain.alive


def test_descriptors_arrive_and_nothing_else_is_open_but_the_lifeline(workshop: Workshop, plain: Zygote) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        program = """
        import os, socket
        line = socket.socket(fileno=9)
        there = [f"/proc/self/fd/{each}" for each in os.listdir("/proc/self/fd")]
        names = {int(path.rpartition("/")[2]): os.readlink(path) for path in there if os.path.exists(path)}
        line.sendall(repr(names).encode())
        """
        before = workshop.start(plain, "import time; time.sleep(60)", fds={5: theirs.fileno()})
        process = workshop.start(plain, program, fds={9: theirs.fileno()})
        assert process.wait(PATIENCE) == 0
        before.kill()
        names = eval(ours.recv(10_000))
    others = {name.partition(":")[0] for number, name in names.items() if number not in (0, 1, 2, 9)}
    assert [names[number] for number in (0, 1, 2)] == ["/dev/null"] * 3
    assert names[9].startswith("socket:")
    assert others == {"pipe"}
    assert len(names) == 5


def test_one_of_ours_may_be_two_of_theirs_and_numbers_may_be_crossed(workshop: Workshop, plain: Zygote) -> None:
    first, second = os.pipe(), os.pipe()
    low, high = sorted((first[1], second[1]))
    process = workshop.start(
        plain,
        f"import os; os.write({high}, b'h'); os.write({low}, b'l'); os.write(1, b'1')",
        fds={high: low, low: high, 1: low},
    )
    assert process.wait(PATIENCE) == 0
    said = {write: os.read(read, 10) for read, write in (first, second)}
    assert said == {low: b"h1", high: b"l"}
    for fd in (*first, *second):
        os.close(fd)


def test_a_fork_has_a_session_of_its_own_and_a_new_programs_signals(workshop: Workshop) -> None:
    workshop.write(
        "handlers",
        """
        import signal
        def prepare():
            for each in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
                signal.signal(each, print)
        """,
    )
    zygote = workshop.zygote(prepare="handlers:prepare")
    program = """
    import os, signal
    print(os.getsid(0) == os.getpgrp() == os.getpid())
    print(signal.getsignal(signal.SIGTERM) == signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL)
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        print("interrupted")
    """
    assert workshop.output(zygote, program).split() == ["True", "True", "interrupted"]


def test_chance_is_each_forks_own(workshop: Workshop) -> None:
    workshop.write("chance", "import random\ndef prepare(): random.seed(1)")
    zygote = workshop.zygote(prepare="chance:prepare")
    assert len({workshop.output(zygote, "import random; print(random.random())") for _ in range(3)}) == 3


def test_what_a_preparation_made_is_removed_with_the_zygote_and_not_by_a_fork(workshop: Workshop) -> None:
    workshop.write(
        "tidy",
        """
        import atexit, tempfile, pathlib
        def prepare(path):
            global FOLDER
            FOLDER = tempfile.TemporaryDirectory(dir=path)
            atexit.register(pathlib.Path(path, "left").touch)
        """,
    )
    zygote = workshop.zygote(prepare="tidy:prepare", arguments=(str(workshop.folder),))
    program = """
    import tidy, os, tempfile
    kept = tempfile.TemporaryDirectory()
    print(os.path.isdir(tidy.FOLDER.name), kept.name)
    """
    for _ in range(2):
        there, own = workshop.output(zygote, program).split()
        assert there == "True"
        assert not Path(own).exists()
    assert not (workshop.folder / "left").exists()
    zygote.close()
    assert (workshop.folder / "left").exists()
    assert not [path for path in workshop.folder.iterdir() if path.is_dir() and path.name != "__pycache__"]


def test_forty_are_forked_at_once(workshop: Workshop, plain: Zygote) -> None:
    program = str(workshop.write("program", "import sys; print(sys.argv[1])"))

    async def one(number: int) -> str:
        read, write = os.pipe()
        process = await plain.run([sys.executable, program, str(number)], env={}, cwd="/", fds={1: write})
        os.close(write)
        with open(read) as text:
            said = await asyncio.to_thread(text.read)
        assert await process.ended() == 0
        return said.strip()

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(one(number) for number in range(40)))

    assert do(all_of_them()) == [str(number) for number in range(40)]


def test_the_loop_goes_on_while_a_zygote_takes_its_time_and_a_request_may_be_given_up(workshop: Workshop) -> None:
    zygote = workshop.zygote()
    first = workshop.start(zygote, "import time; time.sleep(60)")
    pid = parent(first.pid)
    sleeper = [sys.executable, str(workshop.write("sleeper", "import time; time.sleep(60)"))]

    async def ask_and_give_up() -> int:
        ticks = 0
        asked = asyncio.create_task(zygote.run(sleeper, env={}, cwd="/", fds={}))
        while ticks < 20:
            await asyncio.sleep(0.005)
            ticks += 1
        assert not asked.done()
        asked.cancel()
        return ticks

    os.kill(pid, signal.SIGSTOP)
    try:
        assert do(ask_and_give_up()) == 20
    finally:
        os.kill(pid, signal.SIGCONT)
    assert workshop.output(zygote, "print(1)") == "1"
    wait_until(lambda: children(pid) == {first.pid})
    first.kill()


def test_more_requests_than_the_socket_holds_wait_for_their_turn(workshop: Workshop) -> None:
    zygote = workshop.zygote()
    first = workshop.start(zygote, "import time; time.sleep(60)")
    pid = parent(first.pid)
    first.kill()
    quick = [sys.executable, str(workshop.write("quick", ""))]

    async def many() -> list[int]:
        asked = [asyncio.create_task(zygote.run(quick, env={}, cwd="/", fds={})) for _ in range(400)]
        await asyncio.sleep(0.1)
        os.kill(pid, signal.SIGCONT)
        return [await process.ended() for process in await asyncio.gather(*asked)]

    os.kill(pid, signal.SIGSTOP)
    assert do(many()) == [0] * 400


def test_a_zygote_is_stale_when_a_module_it_has_imported_was_changed(workshop: Workshop) -> None:
    module = workshop.write("changing", "A = 1")
    base = workshop.zygote("changing")
    nested = workshop.zygote(parent=base)
    assert not base.stale()
    assert not nested.stale()
    module.write_text("A = 22")
    wait_until(base.stale, 3)
    wait_until(nested.stale, 3)
    assert workshop.output(nested, "import changing; print(changing.A)") == "1"
    late = workshop.zygote("changing", parent=base)
    assert late.stale()  # its parent has read what was there before
    assert not workshop.zygote("changing").stale()


def test_signals_reach_a_fork_and_are_dropped_after_its_end(workshop: Workshop, plain: Zygote) -> None:
    process = workshop.start(plain, "import time; time.sleep(60)")
    assert process.poll() is None
    with pytest.raises(TimeoutError):
        process.wait(0.01)
    process.terminate()
    assert process.wait(PATIENCE) == -signal.SIGTERM
    process.kill()
    process.send_signal(signal.SIGINT)
    assert not runs(process.pid)


def test_nothing_is_left_open_here_when_forks_and_zygotes_have_ended(workshop: Workshop) -> None:
    workshop.zygote().close()  # the lifeline is made once
    before = len(os.listdir("/proc/self/fd"))
    zygote = workshop.zygote()
    nested = workshop.zygote(parent=zygote)
    for each in (zygote, nested):
        workshop.output(each, "print(1)")
    nested.close()
    zygote.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_fork_costs_less_than_a_tenth_of_a_new_process(workshop: Workshop) -> None:
    """With what a page needs imported. The bound is wide, since other tests run beside this one."""
    zygote = workshop.zygote("ipykernel.kernelapp", "ipywidgets", "anywidget")
    workshop.output(zygote, "print(1)")
    start = time.perf_counter()
    for _ in range(10):
        workshop.output(zygote, "print(1)")
    assert (time.perf_counter() - start) / 10 < 0.1
