"""What a page computes is asked for anew after a save: from the leader's own texts, of an open page, a few at a time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import httpx

from fællesledelse.server.feed import Visit
from fællesledelse.server.processes import AT_ONCE, Processes
from fællesledelse.server.shelf import Cohort

from .people import ANNA, BENT, LOCKED, VIBEKE, Someone
from .serving import Client, Server

STEP = "forberedelse-2"


def computed(client: Client, step: str = STEP) -> httpx.Response:
    return client.get(f"/api/demo/steps/{step}/computed")


def shown(client: Client) -> str:
    """All that is computed on the page."""
    answer = computed(client)
    assert answer.status_code == 200, answer.text
    return "".join(answer.json()["computed"].values())


def test_it_follows_what_is_saved_and_is_nobody_elses(signed_in: Callable[[Someone], Client]) -> None:
    anna, bent = signed_in(ANNA), signed_in(BENT)
    version = anna.step(STEP)["answers"].get("draft.task", {"version": 0})["version"]
    version = anna.saved("draft.task", "Jeg går runden om mandagen", version)
    assert "Jeg går runden om mandagen" in shown(anna)
    anna.saved("draft.task", "Jeg går runden om tirsdagen", version)
    assert "Jeg går runden om tirsdagen" in shown(anna)
    assert "runden" not in shown(bent)


def test_it_names_the_places_of_the_page_and_its_build(anna: Client) -> None:
    html, _ = anna.open_page(STEP)
    answer = computed(anna).json()
    assert answer["build"] == anna.step(STEP)["build"]
    assert answer["computed"]
    for model in answer["computed"]:
        assert f'data-model="{model}"' in html


def test_only_a_leader_and_only_of_an_open_step(signed_in: Callable[[Someone], Client], server: Server) -> None:
    assert computed(signed_in(ANNA), LOCKED).status_code == 403
    assert computed(signed_in(ANNA), "findes-ikke").status_code == 404
    assert computed(signed_in(VIBEKE)).status_code == 403
    assert computed(server.client()).status_code == 401


def test_a_few_are_computed_at_once_and_one_of_each_leader() -> None:
    under_way: Counter[str] = Counter()
    most = {"person": 0, "all": 0}

    class Slow(Processes):
        async def _show(self, cohort: Cohort, step: str, told: Any) -> dict[str, Any]:
            under_way[told["who"]] += 1
            most["person"] = max(most["person"], *under_way.values())
            most["all"] = max(most["all"], under_way.total())
            await asyncio.sleep(0.01)
            under_way[told["who"]] -= 1
            return {}

    async def everyone() -> None:
        processes = Slow("")
        pages = []
        for number in range(60):
            who = str(number % 10)
            visit = SimpleNamespace(
                cohort=None, step=SimpleNamespace(name=STEP), session=SimpleNamespace(person=SimpleNamespace(id=who))
            )
            pages.append(processes.show(cast(Visit, visit), {"who": who}))
        await asyncio.gather(*pages)

    asyncio.run(everyone())
    assert most == {"person": 1, "all": AT_ONCE}
