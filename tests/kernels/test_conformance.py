"""What every Jupyter kernel must be able to do, forked kernels can. The questions are jupyter_kernel_test's."""

import tempfile
from pathlib import Path
from typing import Any, ClassVar

import jupyter_kernel_test

from fællesledelse.kernels import Forked, Zygote

from .processes import do
from .specs import HALVES, IPYKERNEL, TIMEOUT, environment, half_a_kernel, manager, null, write_spec


class Forks(jupyter_kernel_test.KernelTests):
    """A fork of a process that has imported ipykernel."""

    argv = IPYKERNEL
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples: ClassVar = [{"text": "zi", "matches": {"zip"}}]
    complete_code_samples: ClassVar = ["1", "print('hello, world')", "def f(x):\n  return x*2\n\n"]
    incomplete_code_samples: ClassVar = ["print('''hello", "def f(x):\n  x*2"]
    invalid_code_samples: ClassVar = ["import = 7q"]
    code_page_something = "zip?"
    code_generate_error = "raise RuntimeError('øv')"
    code_execute_result: ClassVar = [{"code": "6*7", "result": "42"}, {"code": "'é'", "result": "'é'"}]
    code_display_data: ClassVar = [
        {"code": "from IPython.display import HTML, display; display(HTML('<b>test</b>'))", "mime": "text/html"}
    ]
    code_history_pattern = "6?7*"
    supported_history_operations: tuple[str, ...] = ("tail", "search")
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"

    @classmethod
    def setUpClass(cls) -> None:
        """Called by unittest before the first test."""
        cls.folder = tempfile.TemporaryDirectory()
        place = Path(cls.folder.name)
        write_spec(place, "forked", cls.argv)
        cls.km = manager(place)
        cls.km.start_kernel(env=environment(place), stdout=null(), stderr=null(), **cls.launch(place))
        assert isinstance(cls.km.provisioner.process, Forked)
        cls.kc = cls.km.blocking_client()
        cls.kc.start_channels()
        cls.kc.wait_for_ready(timeout=TIMEOUT)

    @classmethod
    def tearDownClass(cls) -> None:
        """Called by unittest after the last test."""
        super().tearDownClass()
        cls.folder.cleanup()

    @classmethod
    def launch(cls, place: Path) -> dict[str, Any]:
        """What the kernel is started with."""
        return {}


class Halves(Forks):
    """A fork of a process with the first half of a kernel. It has no history."""

    argv: ClassVar = [*IPYKERNEL[:2], HALVES, *IPYKERNEL[3:]]
    supported_history_operations = ()
    zygote: Zygote

    @classmethod
    def launch(cls, place: Path) -> dict[str, Any]:
        """With a zygote of its own."""
        cls.zygote = do(half_a_kernel(place))
        return {"zygote": cls.zygote}

    @classmethod
    def tearDownClass(cls) -> None:
        """Called by unittest after the last test."""
        super().tearDownClass()
        cls.zygote.close()
