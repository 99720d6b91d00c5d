"""The exercises of the foundation are all there, in sittings of ten minutes, and nobody writes twice."""

import re

import pytest
from markdown_it import MarkdownIt

from fællesledelse.cohort import sheet
from fællesledelse.mirror.text import lines
from fællesledelse.model import Readers, RunSheet
from fællesledelse.runsheet import cue, unrolled
from fællesledelse.vocabulary import DRAFT, LIVING, FieldSpec, covers, own
from fællesledelse.workbook.sandbox import Sandbox

from .conftest import OPTIONAL, PAGES, Notebook, minutes

Notebooks = dict[str, Notebook]

EXPERIMENTS = {
    f"period.experiment-{number}.{part}": parts
    for number in (1, 2)
    for part, parts in {
        "plan": {"action", "whom", "boundary"},
        "sign": {"sign", "who"},
        "result": {"happened", "effect", "learned"},
    }.items()
}
"""The cards of the two experiments of a period."""

PERIOD = {*EXPERIMENTS, "period.takeaway"}

EXERCISES = {
    "forberedelse-1": {
        "episodes": {"situation", "did", "effect"},
        "needs": {"up", "down", "across", "out"},
        "frame": {"line", "meaning"},
        "values": {"name", "last", "seen", "cost", "stop", "broken", "citizen"},
        "role-models": {"did", "effect", "kept"},
    },
    "workshop-1": {"contract": {"purpose", "expect", "trust", "time", "notes", "working"}},
    "forberedelse-2": {
        "asked": {"helps", "hinders", "more"},
        "plain": {"word", "deed"},
        "pairs": {"offer", "expect"},
        "quarry.daily": {"decide", "follow", "disagree", "mistakes"},
        "quarry.directions": {"across", "up", "out"},
    },
    "workshop-2": {"feedback": {"well", "more", "improve", "less"}, "points": {"heard", "do", "why"}},
    "forberedelse-3": {
        "audience": {"who", "worry", "act", "example", "objection"},
        "story": {"place", "dilemma", "choice", "effect", "promise"},
    },
    "workshop-3": {"rehearsal": {"heard", "landed", "change"}},
    "udgivelse": {"channels": {"who", "how", "act"}, "dialogue": {"heard", "surprised", "agreed"}},
    "periode-coaching": EXPERIMENTS
    | {
        "period.takeaway": {"keep", "change", "ask"},
        "period.coaching.before": {"bring", "tried", "seek"},
        "period.coaching.after": {"saw", "do", "ask"},
    },
    "periode-jobbesøg": EXPERIMENTS
    | {
        "period.takeaway": {"keep", "change", "ask"},
        "period.host": {"question", "not"},
        "period.visit": {"saw", "heard", "wondered"},
        "period.home": {"bring", "joint"},
    },
    "periode-sparring": EXPERIMENTS
    | {
        "period.takeaway": {"keep", "change", "ask"},
        "period.sparring.before": {"case", "others", "mine"},
        "period.sparring.after": {"saw", "do", "tell"},
    },
}
"""The cards of each page: key, and the parts of one card."""

OF_PERIOD = {
    *("period.seminar.notes", "period.seminar.question", "period.seminar.try", "period.local", "period.tension"),
    *(
        f"period.experiment-{number}.{field}"
        for number in (1, 2)
        for field in ("track", "criterion", "sentence", "hypothesis", "day", "baseline", "decision", "next")
    ),
}
"""The fields of every period that are not cards."""

PERIODS = tuple(page for page, (_, activity) in PAGES.items() if activity)
MEETINGS = ("periode-coaching", "periode-sparring")
"""The periods in which the group meets; for job visits two leaders do."""

SINGLE = {
    "forberedelse-1": {"doubt", "lifeline", "farewell"},
    "workshop-1": {"workshop-1.story", "workshop-1.take", "harvest", "trial-1.promise", "trial-1.day"},
    "forberedelse-2": {"trial-1.saw", "chosen.task", "chosen.values", "chosen.practising", "promise", *DRAFT},
    "workshop-2": {"dare", "trial-2.promise", "trial-2.day"},
    "forberedelse-3": {"trial-2.saw", "version.short", "version.talk", *DRAFT},
    "workshop-3": {"workshop-3.change"},
    "udgivelse": {"publication.day", "dialogue.day", "own-leader", "review.month-3", "review.month-6", "review.month-12"},
    "privat-tillaeg": {"private.ambitions", "private.limits", "private.leave"},
    "levende-grundlag": {"living.next", "living.rewrite"},
    **dict.fromkeys(PERIODS, OF_PERIOD),
    "periode-jobbesøg": OF_PERIOD | {"period.home.sentence"},
}
"""The fields of each page that are not cards."""

MINUTES = {
    **{"forberedelse-1": 45, "forberedelse-2": 75, "forberedelse-3": 64, "udgivelse": 55},
    **{**dict.fromkeys(PERIODS, 60), "levende-grundlag": 10},
}
"""What the sections of a page add up to. A workshop's time is that of its run sheets, which differ with the group's size."""

WORKSHOPS = ("workshop-1", "workshop-2", "workshop-3")
TOGETHER = (*WORKSHOPS, *MEETINGS)
"""The pages of a day on which the group meets with a run sheet."""

HOURS = {
    "halvanden time": 90, "to timer": 120, "to en halv time": 150, "to timer og tre kvarter": 165, "tre timer": 180,
}  # fmt: skip
"""The times a script asks for, in minutes."""

CARRIED = {
    "workshop-1": ("episodes", "values"),
    "forberedelse-2": ("trial-1.promise", "trial-1.day", "harvest", "values", "needs", "frame"),
    "workshop-2": ("trial-1", *DRAFT),
    "forberedelse-3": ("trial-2.promise", "trial-2.day", "points", "feedback", "episodes", "audience", *DRAFT),
    "workshop-3": ("trial-2", "version.talk", "promise"),
    "udgivelse": ("audience", "workshop-3.change", "dialogue", *DRAFT),
    **dict.fromkeys(
        PERIODS,
        (
            *("draft.offer", "draft.practising", "draft.values", "promise"),
            *("period.experiment-1.result", "period.experiment-1.next"),
        ),
    ),
    "levende-grundlag": (*LIVING, "asked", "dialogue.1"),
}
"""What each page shows of what was written before."""


def specs(notebook: Notebook) -> list[FieldSpec]:
    return [spec for asked in notebook.asked for spec in asked.call.fields]


@pytest.mark.parametrize("step", EXERCISES)
def test_a_step_has_the_cards_of_its_exercises(notebooks: Notebooks, step: str) -> None:
    for key, parts in EXERCISES[step].items():
        found = {spec.key.rsplit(".", 1)[1] for spec in specs(notebooks[step]) if spec.number and covers((key,), spec.key)}
        assert found == parts, key


@pytest.mark.parametrize("step", SINGLE)
def test_a_step_has_the_fields_of_its_exercises(notebooks: Notebooks, step: str) -> None:
    assert {spec.key for spec in specs(notebooks[step])} >= SINGLE[step]


def test_the_numbers_of_cards_are_those_of_the_exercises(notebooks: Notebooks) -> None:
    cards = {(spec.key.rsplit(".", 2)[0], spec.number) for page in notebooks.values() for spec in specs(page) if spec.number}
    count = {key: max(number or 0 for found, number in cards if found == key) for key, _ in cards}
    assert {key: count[key] for key in ("episodes", "frame", "values", "asked", "points", "rehearsal", "needs")} == {
        "episodes": 3, "frame": 3, "values": 4, "asked": 3, "points": 2, "rehearsal": 3, "needs": 1,
    }  # fmt: skip


@pytest.mark.parametrize("step", MINUTES)
def test_the_sections_of_a_step_add_up(notebooks: Notebooks, step: str) -> None:
    core = [section for section in notebooks[step].sections if not section.startswith(OPTIONAL)]
    assert sum(map(minutes, core)) == MINUTES[step]


@pytest.mark.parametrize("step", ["forberedelse-1", "forberedelse-2", "forberedelse-3", *PERIODS])
def test_a_page_to_write_on_says_what_its_core_takes(notebooks: Notebooks, step: str) -> None:
    assert f"{MINUTES[step]} minutter" in " ".join(notebooks[step].markdown[0].split())


def test_the_living_foundation_says_that_ten_minutes_are_enough(notebooks: Notebooks) -> None:
    assert "Ti minutter er nok." in notebooks["levende-grundlag"].markdown[0]


@pytest.mark.parametrize("step", MINUTES)
def test_a_core_field_stands_in_a_section_that_says_its_minutes(notebooks: Notebooks, step: str) -> None:
    for asked in notebooks[step].asked:
        if any(spec.core for spec in asked.call.fields):
            assert 0 < minutes(asked.section) <= 10, asked.section


def test_what_is_optional_stands_under_its_heading_and_nothing_else_does(notebooks: Notebooks) -> None:
    for asked in [asked for step in (*MINUTES, *WORKSHOPS) for asked in notebooks[step].asked]:
        if asked.call.fields:
            assert asked.section.startswith(OPTIONAL) != all(spec.core for spec in asked.call.fields), asked


def test_a_field_has_a_heading_in_the_prose_right_above(notebook: Notebook) -> None:
    for asked in notebook.asked:
        if asked.call.fields:
            assert re.search(r"^### \S", asked.prose, re.MULTILINE), asked


def test_the_prose_above_cards_has_a_bullet_with_a_name_for_each_part(notebook: Notebook) -> None:
    for asked in notebook.asked:
        if asked.name == "cards":
            lines = asked.prose.rstrip().splitlines()
            bullets = []
            while lines and lines[-1].startswith("- "):
                bullets.append(lines.pop())
            parts = {spec.part for spec in asked.call.fields}
            assert len(bullets) == len(parts), asked.prose
            assert all(re.match(r"- \*\*[^*]+\*\*", bullet) for bullet in bullets)
            assert lines[-1] == ""


def test_no_prose_cell_serves_two_fields(notebook: Notebook) -> None:
    served = [asked.prose for asked in notebook.asked if asked.call.fields]
    assert len(served) == len(set(served))


def test_a_field_on_several_pages_is_the_same_on_all(notebooks: Notebooks) -> None:
    seen: dict[str, FieldSpec] = {}
    for page in notebooks.values():
        for spec in specs(page):
            assert seen.setdefault(spec.key, spec) == spec


def test_a_field_stands_once_on_a_page(notebook: Notebook) -> None:
    keys = [spec.key for spec in specs(notebook)]
    assert len(keys) == len(set(keys))


def test_the_draft_has_the_same_headings_wherever_it_is_written(notebooks: Notebooks) -> None:
    def headings(step: str) -> dict[str, str]:
        return {
            asked.call.fields[0].key: re.findall(r"^### (.+)$", asked.prose, re.MULTILINE)[-1]
            for asked in notebooks[step].asked
            if asked.call.fields and asked.call.fields[0].key in DRAFT
        }

    assert headings("forberedelse-2") == headings("forberedelse-3")
    assert tuple(headings("forberedelse-2")) == DRAFT


def test_only_the_draft_is_ever_to_be_published(notebooks: Notebooks) -> None:
    readers = {spec.key: spec.readers for page in notebooks.values() for spec in specs(page)}
    assert {key for key, who in readers.items() if who is not Readers.SELF} == set(DRAFT)
    assert {readers[key] for key in DRAFT} == {Readers.PUBLISHED}


def test_the_annex_is_written_and_read_in_one_place(notebooks: Notebooks) -> None:
    for page in notebooks.values():
        keys = {spec.key for spec in specs(page)} | {key for asked in page.asked for key in asked.call.reads}
        assert all(key.startswith("private.") == (page.step == "privat-tillaeg") for key in keys)


@pytest.mark.parametrize("step", CARRIED)
def test_what_is_written_is_carried_on(notebooks: Notebooks, step: str) -> None:
    reads = {key for asked in notebooks[step].asked for key in asked.call.reads}
    assert {key for key in CARRIED[step] if not any(covers((read,), key) for read in reads)} == set()


def test_a_page_reads_only_what_is_written_on_it_or_before(notebooks: Notebooks) -> None:
    written: set[str] = set()
    for step in PAGES:
        written |= {spec.key for spec in specs(notebooks[step])}
        for key in {key for asked in notebooks[step].asked for key in asked.call.reads if asked.name != "path"}:
            assert any(covers((key,), one) for one in written), (step, key)


def test_what_is_chosen_goes_on_to_the_draft(notebooks: Notebooks) -> None:
    into = {
        asked.call.fields[0].key: asked.call.reads
        for asked in notebooks["forberedelse-2"].asked
        if asked.name == "text" and asked.call.fields[0].key in DRAFT
    }
    assert all(into.values())
    assert {"chosen.task", "chosen.values", "chosen.practising"} <= {key for keys in into.values() for key in keys}


@pytest.mark.parametrize("step", TOGETHER)
def test_a_meeting_has_a_room_scripts_a_catch_up_and_says_what_stays(notebooks: Notebooks, step: str) -> None:
    text = "\n".join(notebooks[step].markdown)
    for script in ("er to", "er tre", "er fire"):
        assert re.search(rf"^### Drejebog, når I {script}$", text, re.MULTILINE)
    assert "## Rummet" in text
    assert "## Hvis du ikke kunne være med" in text
    assert "**Det bliver i rummet:**" in text
    assert "skærme ned" in text.lower()
    if step in WORKSHOPS:  # the page of a period doesn't know the name of its step, so it can't link to its own cards
        assert f"({step}/kort)" in text


def test_a_job_visit_has_no_room_and_no_script(notebooks: Notebooks) -> None:
    assert {"room", "run_sheet", "contract"}.isdisjoint(asked.name for asked in notebooks["periode-jobbesøg"].asked)


def test_what_the_activities_of_the_periods_ask_is_asked_in_one_of_them_only(notebooks: Notebooks) -> None:
    keys = {page: {spec.key for spec in specs(notebooks[page])} for page in PERIODS}
    shared = set.intersection(*keys.values())
    assert {key for key in shared if not covers(tuple(PERIOD), key)} == OF_PERIOD
    for page in PERIODS:
        others = set().union(*(keys[other] for other in PERIODS if other != page))
        assert {key for key in keys[page] & others if key not in shared} == set()


def test_an_experiment_says_that_a_wrong_guess_is_as_good_a_result(notebooks: Notebooks) -> None:
    for page in PERIODS:
        text = " ".join("\n".join(notebooks[page].markdown).split())
        assert "En hypotese, der ikke holder, er et lige så godt resultat som en, der gør." in text


def test_an_experiment_and_a_visit_test_one_sentence_of_the_foundation(notebooks: Notebooks) -> None:
    for page in PERIODS:
        found = [asked.call for asked in notebooks[page].asked if asked.name == "choose"]
        visits = ["period.home.sentence"] if page == "periode-jobbesøg" else []
        keys = ["period.experiment-1.sentence", *visits, "period.experiment-2.sentence"]
        assert [call.fields[0].key for call in found] == keys
        assert {call.reads for call in found} == {("draft.offer", "draft.practising", "draft.values", "promise")}


def test_a_pick_has_its_options_as_the_bullets_that_end_the_prose_above(notebook: Notebook) -> None:
    for asked in notebook.asked:
        if asked.name == "pick":
            options = re.findall(r"^- (?:\*\*)?(\w[^*\n]*?)(?:\*\*.*)?$", asked.prose, re.MULTILINE)
            assert asked.prose.splitlines()[-1].startswith("- ")
            decides = asked.call.fields[0].key.endswith(".decision")
            assert options == (["Behold", "Justér", "Drop"] if decides else ["Ingen af dem"])
            assert decides or "\n{{ periode:øvebaner }}\n- " in asked.prose


def run_sheets(notebook: Notebook) -> dict[int, tuple[str, RunSheet]]:
    """The run sheets of a workshop by size, each with the prose it stands in."""
    found = {}
    for asked in notebook.asked:
        if asked.name == "run_sheet":
            script = sheet.phases(asked.prose, notebook.step, asked.call.people)
            assert script.findings == ()
            found[asked.call.people] = asked.prose, script.run_sheet(asked.call.people)
    return found


def lasts(run_sheet: RunSheet) -> int:
    return sum(moment.phase.minutes for moment in unrolled(run_sheet, run_sheet.people))


@pytest.mark.parametrize("people", [2, 3, 4])
@pytest.mark.parametrize("step", TOGETHER)
def test_a_script_adds_up_to_what_it_says_and_fits_in_the_time_it_asks_for(
    notebooks: Notebooks, step: str, people: int
) -> None:
    prose, run_sheet = run_sheets(notebooks[step])[people]
    assert f"I alt {lasts(run_sheet)} minutter." in prose
    [asked] = re.findall(r"Sæt (.+?) af\.", prose)
    assert lasts(run_sheet) <= HOURS[asked] <= lasts(run_sheet) + 20


@pytest.mark.parametrize("step", TOGETHER)
def test_a_script_has_one_break_and_it_comes_when_half_is_over(notebooks: Notebooks, step: str) -> None:
    for people, (_, run_sheet) in run_sheets(notebooks[step]).items():
        moments = unrolled(run_sheet, people)
        [pause] = [n for n, moment in enumerate(moments) if moment.phase.title.startswith("Pause")]
        before = sum(moment.phase.minutes for moment in moments[:pause])
        assert 0.3 <= before / lasts(run_sheet) <= 0.7, (people, before)


ROLES = {
    "workshop-1": {2: {"Fortæller", "Lytter"}, 3: {"Fortæller", "Spørger", "Reflekterende team"}},
    "workshop-2": {2: {"Fortæller", "Spørger", "Forfatter", "Læser"}},
    "workshop-3": {
        2: {"Taler", "Lytter"},
        3: {"Taler", "Lytter", "Den, der lægger mærke til"},
        4: {"Taler", "Lytter", "Anden lytter", "Den, der lægger mærke til"},
    },
    "periode-coaching": {2: {"Fortæller", "Coach"}, 3: {"Fortæller", "Coach", "Reflekterende team"}},
    "periode-sparring": {
        2: {"Sagsejer", "Spørger"},
        3: {"Sagsejer", "Spørger", "Naboen"},
        4: {"Sagsejer", "Spørger", "Naboen", "Borgeren"},
    },
}
"""The roles of each script; a size that is not named has those of the size below."""


@pytest.mark.parametrize("people", [2, 3, 4])
@pytest.mark.parametrize("step", TOGETHER)
def test_everyone_in_a_script_has_a_role_of_the_exercise(notebooks: Notebooks, step: str, people: int) -> None:
    _, run_sheet = run_sheets(notebooks[step])[people]
    found = {one.role for phase in run_sheet.phases for one in phase.cues}
    assert found == ROLES[step][max(size for size in ROLES[step] if size <= people)]
    for moment in unrolled(run_sheet, people):
        given = [cue(moment.phase, moment.turn, place, people) for place in range(people)]
        assert len({one is None for one in given}) == 1


def test_the_contract_is_proposed_where_the_group_first_meets_and_read_where_it_meets_again(notebooks: Notebooks) -> None:
    asked = {step: [one for one in notebooks[step].asked if one.name == "contract"] for step in PAGES}
    assert {step: [one.call.proposes for one in found] for step, found in asked.items() if found} == {
        "workshop-1": [True],
        "workshop-2": [False],
        "workshop-3": [False],
        "periode-coaching": [False],
        "periode-sparring": [False],
    }
    script = sheet.points(asked["workshop-1"][0].prose, "workshop-1", 6, 800)
    assert [point.title for point in script.points] == [
        "Mål", "Forventninger", "Fortrolighed", "Taletid", "Det skrevne", "At det virker",
    ]  # fmt: skip


PARTS = {
    "workshop-1": ["contract", "give", "received", "room"],
    "forberedelse-2": ["mirror", "share"],
    "workshop-2": ["contract", "feedback", "readings", "room", "share"],
    "forberedelse-3": ["mirror", "revision", "share"],
    "workshop-3": ["contract", "give", "give", "received", "received", "room"],
    "udgivelse": ["publish"],
    "periode-coaching": ["contract", "release", "release", "room"],
    "periode-jobbesøg": ["release", "release", "visit"],
    "periode-sparring": ["contract", "release", "release", "room"],
    "levende-grundlag": ["living"],
}
"""What each page shows of the group and of what it publishes."""
SHARED = {part for parts in PARTS.values() for part in parts}


def test_each_page_has_the_parts_its_exercise_needs(notebook: Notebook) -> None:
    found = sorted(asked.name for asked in notebook.asked if asked.name in SHARED)
    assert found == PARTS.get(notebook.page, [])


def test_the_catch_up_takes_a_quarter_of_an_hour(notebooks: Notebooks) -> None:
    spelled = {"To": 2, "Tre": 3, "Fire": 4, "Fem": 5, "Seks": 6, "Syv": 7, "Otte": 8}
    for step in TOGETHER:
        text = next(source for source in notebooks[step].markdown if source.startswith("## Hvis du ikke kunne være med"))
        assert sum(spelled[found] for found in re.findall(r"^\d\. \*\*(\w+) minutter:\*\*", text, re.MULTILINE)) == 15


def test_the_short_way_adds_up_to_what_it_says(notebooks: Notebooks) -> None:
    text = next(source for source in notebooks["velkomst"].markdown if "Er du kommet til senere?" in source)
    items = [int(found) for found in re.findall(r"^\d\. \*\*.+ – (\d+) minutter\.\*\*", text, re.MULTILINE)]
    assert f"tager {sum(items)} minutter i alt" in text
    named = {
        "forberedelse-1": ("Tre episoder", "Hvem har brug", "Fra episoder"),
        "forberedelse-2": ("Udkastet", "Ét løfte"),
    }
    said = [
        sum(minutes(section) for section in notebooks[step].sections if section.startswith(beginnings))
        for step, beginnings in named.items()
    ]
    assert items == [said[0], 15, said[1]]


ENDLESS = ("velkomst", "levende-grundlag", "privat-tillaeg")
"""The pages one is never done with."""


def test_every_page_that_has_an_end_can_be_marked_as_done(notebook: Notebook) -> None:
    finishes = [asked for asked in notebook.asked if asked.name == "finish"]
    assert len(finishes) == (0 if notebook.step in ENDLESS else 1)


def test_the_welcome_shows_the_way_after_a_few_words(notebooks: Notebooks) -> None:
    welcome = notebooks["velkomst"]
    assert [asked.name for asked in welcome.asked] == ["path"]
    assert len(welcome.asked[0].prose.split()) <= 40


def test_the_first_preparation_tells_where_the_annex_is(notebooks: Notebooks) -> None:
    assert "](privat-tillaeg)" in notebooks["forberedelse-1"].markdown[0]


def test_a_page_without_sharing_says_nothing_of_readers(notebooks: Notebooks) -> None:
    for step in ("forberedelse-1", "levende-grundlag", "privat-tillaeg"):
        text = " ".join("\n".join(notebooks[step].markdown).lower().split())
        for promise in ("gruppen kan læse", "holdet kan læse", "deles med", "sendes til", "galleri", "word", "klik her"):
            assert promise not in text


def test_no_page_promises_more_secrecy_than_there_is(notebook: Notebook) -> None:
    text = " ".join("\n".join(notebook.markdown).lower().split())
    for promise in ("100 procent", "helt sikkert", "kan aldrig komme ud", "anonym", "ingen kan nogensinde"):
        assert promise not in text
    if "trække det tilbage" in text:
        assert "kan du ikke trække tilbage" in text


def test_the_constructed_leader_has_filled_in_every_field(notebook: Notebook) -> None:
    for spec in specs(notebook):
        key = own(spec.key, notebook.opens)
        text = Sandbox().own((key,)).get(key, "")
        assert 0 < len(text) <= spec.limit, key


def test_what_the_constructed_leader_tests_and_decides_can_be_chosen(notebooks: Notebooks) -> None:
    for page in PERIODS:
        for asked in notebooks[page].asked:
            if asked.name not in ("choose", "pick") or asked.call.fields[0].key.endswith(".track"):
                continue  # the tracks are the cohort's, and she is of another
            key = own(asked.call.fields[0].key, "periode-a")
            [said] = Sandbox().own((key,)).values()
            written = [
                *Sandbox().own(asked.call.reads).values(),
                *re.findall(r"^- \*\*(.+?)\*\*", asked.prose, re.MULTILINE),
            ]
            offered = {sentence for text in written for sentence in lines(text)}
            assert said in offered


def test_an_example_is_another_leader_s_and_stands_in_a_quotation(notebook: Notebook) -> None:
    for source in notebook.markdown:
        for found in re.finditer(r"Et eksempel\.", source):
            assert source[: found.start()].rsplit("\n", 1)[-1] == "> **"
        assert "Mette" not in source


def test_the_numbered_lists_start_at_one(notebook: Notebook) -> None:
    starts = [token.attrGet("start") for source in notebook.markdown for token in MarkdownIt().parse(source)
              if token.type == "ordered_list_open"]  # fmt: skip
    assert set(starts) <= {None}
