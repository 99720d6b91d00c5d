"""No version is lost, however two tabs, two devices, spells without a network and clocks a year wrong come in between.

Hypothesis draws interleavings; a Chromium plays each with the real answers client, journal and clash, against the real
server. Each word that a leader writes is a token of its own: a second later it must come to stand in a version for good,
and where the leader always keeps both texts, in the text that stands in the end.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, sync_playwright

from fællesledelse import danish
from fællesledelse.cohort.build import build
from fællesledelse.cohort.demo import write_demo
from fællesledelse.manifest import load_roster
from fællesledelse.model import Role
from tests import tools
from tests.live import serving

from .figure import Figure

WHOLE = 10_000  # interleavings
HANDS = 2
SCRIPT = Path(__file__).with_name("tabs.js")
YEAR = 365 * 24 * 3600 * 1000  # milliseconds
NODE_MODULES = Path(__file__).parents[2] / "node_modules"
EACH = 250  # interleavings that one leader plays: the more versions there are, the longer it takes to list them

NUMBERS = st.integers(0, 3)
STEPS = st.one_of(
    st.tuples(st.just("write"), NUMBERS, st.none()),
    st.tuples(st.just("rest"), NUMBERS, st.none()),
    st.tuples(st.just("write"), NUMBERS, st.none()),
    st.tuples(st.just("rest"), NUMBERS, st.none()),
    st.tuples(st.just("open"), NUMBERS, st.none()),
    st.tuples(st.just("end"), NUMBERS, st.sampled_from(["crash", "close"])),
    st.tuples(st.just("network"), NUMBERS, st.sampled_from(["offline", "online", "deaf"])),
    st.tuples(st.just("choose"), NUMBERS, st.sampled_from(["mine", "other", "both"])),
)
INTERLEAVINGS = st.fixed_dictionaries(
    {
        "skews": st.lists(st.sampled_from([-YEAR, 0, YEAR]), min_size=2, max_size=2),
        "steps": st.lists(STEPS, min_size=3, max_size=14),
        "how": st.sampled_from(["both", "both", "mine", "other"]),
    }
)


@dataclass
class Count:
    """What came of the interleavings."""

    played: int = 0
    versions: int = 0
    lost: int = 0


def client_source() -> str:
    """The answers client and all it is made of, as one script; made by the bundler that makes the pages' own."""
    modules = files("fællesledelse").joinpath("server/static/answers.js")
    esbuild = [NODE_MODULES / ".bin" / "esbuild", str(modules), "--bundle", "--format=iife", "--global-name=client"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    made = subprocess.run(esbuild, env=os.environ | {"PATH": path}, capture_output=True, check=True)
    return made.stdout.decode()


@contextmanager
def playground(folder: Path) -> Iterator[Callable[[str], Page]]:
    """A server that has the demo's cohort; for each leader's address a page of it, where interleavings can be played."""
    cohort = folder / "hold"
    write_demo(cohort, danish.today(), all_open=True)
    build(cohort)
    with serving([cohort], folder / "data") as live, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=tools.chromium(), args=tools.FLAGS)
        script = f"const CLIENT = {json.dumps(client_source())};\n{SCRIPT.read_text(encoding='utf-8')}"

        def page(email: str) -> Page:
            for context in chromium.contexts:
                context.close()
            client = live.enrol(email)
            context = chromium.new_context(bypass_csp=True)
            context.add_cookies([{"name": name, "value": value, "url": live.url} for name, value in client.cookies.items()])
            client.close()
            opened = context.new_page()
            opened.goto(f"{live.url}/sundhed")
            opened.add_script_tag(content=script)
            return opened

        yield page
        chromium.close()


def play(number: int, examples: int) -> Count:
    """That many interleavings, drawn by the seed ``number``; stops at the first that loses something."""
    count = Count()
    with tempfile.TemporaryDirectory(prefix="versions-") as folder, playground(Path(folder)) as pages:
        roster = load_roster((Path(folder) / "hold/bygget/roster.json").read_text(encoding="utf-8"))
        leaders = [each.email for each in roster.participants if each.role is Role.LEADER]
        page = pages(leaders[0])

        @seed(number)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=False,
            report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(INTERLEAVINGS)
        def nothing_is_lost(interleaving: dict[str, Any]) -> None:
            nonlocal page
            if count.played and count.played % EACH == 0:
                page = pages(leaders[count.played // EACH])
            count.played += 1
            told = page.evaluate(
                "interleaving => play(interleaving).catch(error => ({ error: String(error) }))", interleaving
            )
            assert told.get("error") is None, told["error"]
            count.versions += told["versions"]
            assert told["lost"] == told["overwritten"] == [], told

        try:
            nothing_is_lost()
        except AssertionError as error:
            print(error, *getattr(error, "__notes__", []), sep="\n", file=sys.stderr)
            count.lost += 1
    return count


def tried(seed: int, share: float) -> Iterator[Figure]:
    """The figure of 10,000 interleavings."""
    examples = max(1, round(WHOLE * share))
    hands = min(HANDS, -(-examples // 500))
    with ProcessPoolExecutor(hands, get_context("spawn")) as pool:
        shares = [examples // hands + (hand < examples % hands) for hand in range(hands)]
        every = list(pool.map(play, [seed * 100 + hand for hand in range(hands)], shares))
    lost = sum(each.lost for each in every)
    played, made = sum(each.played for each in every), sum(each.versions for each in every)
    yield Figure("no version lost", f"in {played} interleavings, {made} versions", "0", str(lost), lost == 0)
