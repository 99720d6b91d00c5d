"""ipykernel in two halves: what is alike in every kernel is made before the fork, sockets and threads after it."""

import atexit
import contextlib
import importlib
import os
import sys
import uuid
from collections.abc import Sequence
from typing import Any

from ipykernel.kernelapp import IPKernelApp
from IPython.core.application import BaseIPythonApplication
from zmq.eventloop.zmqstream import ZMQStream

LATE = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.core.ultratb",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "pdb",
    "psutil",
    "stack_data",
    "tornado.platform.asyncio",
    "tornado.queues",
    "unicodedata",
)
"""What a kernel imports only while it starts or ends, or shows an error."""


class KernelApp(IPKernelApp):
    """The application of an ordinary kernel. In a process without a prepared half it is just that.

    Of the time and the memory that a kernel takes, the second half is less than a third.
    """

    def prepare(self, arguments: Sequence[str]) -> None:
        """The first half. ``arguments``: ipykernel's, without the connection file; a history would be a thread."""
        import_late()
        BaseIPythonApplication.initialize(self, list(arguments))
        self.init_pdb()
        kernel_class: Any = self.kernel_class
        self.kernel = kernel_class.instance(
            parent=self,
            session=self.session,
            iopub_socket=Nowhere(),
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        self.init_path()
        self.init_shell()
        self.init_gui_pylab()
        self.init_extensions()
        self.init_code()

    def initialize(self, argv: Sequence[str] | None = None) -> None:
        """The second half, if there is a first, else the whole. Called with the connection file: ``["-f", file]``."""
        if self.kernel is None:
            super().initialize(argv)
            return
        self.connection_file = list(argv or sys.argv[1:])[1]
        self._be_someone()
        self.init_blackhole()
        self.init_connection_file()
        self.init_poller()
        self.init_sockets()
        self.init_heartbeat()
        if self.curve_publickey is None:  # else it came from the file, which holds all, and which ipykernel would write anew
            self.write_connection_file()
        self.log_connection_info()
        self.init_io()
        self.init_signal()
        self.init_kernel()
        atexit.register(self._end_control)

    def init_kernel(self) -> None:
        """Called by ``initialize``: make the kernel, or give the prepared one its sockets and threads."""
        if self.kernel is None:
            super().init_kernel()
            return
        shell, control = self.shell_channel_thread, self.control_thread
        shell.shell_stream = ZMQStream(self.shell_socket, shell.io_loop)
        given: dict[str, Any] = {
            "shell_stream": shell.shell_stream,
            "control_stream": ZMQStream(self.control_socket, control.io_loop),
            "debugpy_stream": ZMQStream(self.debugpy_socket, control.io_loop),
            "debug_shell_socket": self.debug_shell_socket,
            "control_thread": control,
            "shell_channel_thread": shell,
            "iopub_thread": self.iopub_thread,
            "iopub_socket": self.iopub_socket,
            "stdin_socket": self.stdin_socket,
            "_stdout": sys.stdout,
            "_stderr": sys.stderr,
        }
        for name, value in given.items():
            setattr(self.kernel, name, value)
        for publisher in (self.kernel.shell.displayhook, self.kernel.shell.display_pub):
            publisher.pub_socket = self.iopub_socket
        self.kernel.record_ports({f"{name}_port": port for name, port in self._ports.items()})
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count
        control.start()
        shell.start()

    def _be_someone(self) -> None:
        """Have an identity of one's own: all forks of one process were given the same."""
        self.session.pid = os.getpid()
        self.session.session = str(uuid.uuid4())
        self.kernel.ident = str(uuid.uuid4())
        self.kernel.shell.displayhook.topic = f"kernel.{self.kernel.ident}.execute_result".encode()
        self.kernel.shell.init_sys_modules()  # the user's module is the main one, and not the program that was started

    def _end_control(self) -> None:
        """Before anything else ends: the control thread flushes once more, and would wait ten seconds for an ended IOPub."""
        if self.control_thread.is_alive():
            self.control_thread.stop()
            self.control_thread.join(1)


def import_late() -> None:
    """Import now what a kernel would import later. What isn't installed, a kernel does without."""
    for name in LATE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


class Nowhere:
    """Where a kernel without sockets sends what it has to say."""

    def send_multipart(self, *args: Any, **kwargs: Any) -> None:
        """Called by Jupyter's session."""
