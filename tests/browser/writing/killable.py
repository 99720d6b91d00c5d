"""A Chromium in a process of its own, which can be killed as a crash or a power cut would."""

import os
import signal
import subprocess
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

from tests import tools


class Chromium:
    """One with a profile of its own, which outlives it."""

    def __init__(self, playwright: Playwright, profile: Path) -> None:
        arguments = [tools.chromium(), *tools.FLAGS, "--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
        with (profile.parent / "chromium.log").open("ab") as log:
            self._process = subprocess.Popen([*arguments, "about:blank"], stdout=log, stderr=log, start_new_session=True)
        port_file = profile / "DevToolsActivePort"
        while not (port_file.exists() and port_file.read_text().count("\n")):
            assert self._process.poll() is None
        port = port_file.read_text().split("\n")[0]
        self.browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        port_file.unlink()

    @property
    def context(self) -> BrowserContext:
        """The profile's own."""
        return self.browser.contexts[0]

    def kill_tabs(self) -> None:
        """End the processes of all tabs."""
        told = self.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
        for process in told["processInfo"]:
            if process["type"] == "renderer":
                os.kill(int(process["id"]), signal.SIGKILL)

    def kill(self) -> None:
        """End all of it."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
