"""A real PostgreSQL server for the tests: on a free loopback port, in a folder of its own, stopped by its process id."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from .tools import postgresql

USER = "store"
_PATIENCE = 60  # seconds


class Server:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._count = 0

    def url(self, database: str) -> str:
        """The address of a database, as ``Store.open`` takes it."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def create(self) -> str:
        """The address of a new, empty database."""
        self._count += 1
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE test{self._count} STRATEGY FILE_COPY".encode())
        return self.url(f"test{self._count}")


def empty(url: str, tables: list[str]) -> None:
    """Delete all rows. Much faster than a new database; fails if a test has left a transaction open."""
    deletions = [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables]
    with psycopg.connect(url, options="-c lock_timeout=10s") as connection:
        connection.execute(sql.SQL("; ").join(deletions))


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server and stop it in the end. Fails with what to install if PostgreSQL is missing."""
    folder = Path(tempfile.mkdtemp(prefix="fl-postgres-"))
    user = _user()
    try:
        if user is not None:
            shutil.chown(folder, user)
        data, log = folder / "data", folder / "log"
        programs = _programs(folder, user)
        options = ["--no-sync", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C"]
        _run_as(user, [str(programs / "initdb"), *options, "-D", str(data)])
        server = Server(_free_port())
        process = _start(programs, user, data, log, server.port)
        try:
            _wait(server, process, log)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # "fast": ends sessions and stops
            process.wait(_PATIENCE)
    finally:
        shutil.rmtree(folder)


def _start(programs: Path, user: str | None, data: Path, log: Path, port: int) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "fsync": "off",  # the tests do not cut the power
        "max_connections": 60,
        "shared_buffers": "32MB",
    }
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    with open(log, "wb") as output:
        return subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), *arguments],
            stdout=output,
            stderr=output,
            user=user,
            env=_environment(),
            cwd=data.parent,
            start_new_session=True,  # Ctrl-C in the terminal is for pytest, which then stops the server
        )


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}") from error
            time.sleep(0.05)


def _programs(folder: Path, user: str | None) -> Path:
    """The folder of PostgreSQL's programs. Those from PyPI lie in ours, which another user may not enter: then a copy."""
    programs = postgresql("postgres").parent
    if user is None or not programs.is_relative_to(sys.prefix):
        return programs
    package = programs.parents[1]
    for each in package.parent.glob(f"{package.name}*"):
        if each.name in (package.name, f"{package.name}.libs"):
            shutil.copytree(each, folder / each.name)
    return folder / package.name / programs.relative_to(package)


def _user() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as another user of this machine."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def _run_as(user: str | None, command: list[str]) -> None:
    done = subprocess.run(command, user=user, env=_environment(), cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
