"""The mirror on a page, from the kernel's side."""

import re

from fællesledelse.errors import ConnectionLost
from fællesledelse.workbook.connection import Reading
from fællesledelse.workbook.mirror import ASK, EMPTY, NOTHING, OLDER, Mirror


class Draft:
    """A draft that can be written in, read, and out of reach."""

    def __init__(self, **texts: str) -> None:
        self.texts = {f"draft.{name}": text for name, text in texts.items()}
        self.labels: dict[str, str] = {}
        self.reads = 0
        self.lost = False

    def read(self) -> Reading:
        self.reads += 1
        if self.lost:
            raise ConnectionLost("the server closed the connection to the page")
        return Reading(dict(self.texts), self.labels)


def click(mirror: Mirror) -> str:
    mirror._button.click()
    return f"{mirror._told.value}{mirror._said.value}"


def test_the_mirror_reads_nothing_before_it_is_asked() -> None:
    draft = Draft(values="Jeg er åben.")
    mirror = Mirror(draft.read)
    assert mirror._button.description == ASK
    assert (draft.reads, mirror._said.value) == (0, "")


def test_a_click_shows_the_words_their_heading_the_question_and_the_reason() -> None:
    draft = Draft(values="Jeg er åben.")
    draft.labels["draft.values"] = "Værdier & handling"
    said = click(Mirror(draft.read))
    assert "Under <em>Værdier &amp; handling</em> skriver du: »Jeg er åben«" in said
    assert "Hvad ville en medarbejder se dig gøre?" in said
    assert "Derfor spørger vi:" in said


def test_without_labels_the_headings_have_their_own_names() -> None:
    assert "<em>Værdier i handling</em>" in click(Mirror(Draft(values="Jeg er åben.").read))


def test_what_a_leader_wrote_is_text_and_never_markup() -> None:
    said = click(Mirror(Draft(offer="<img src=x onerror=alert(1)> a & b <c> 'd' \"e\"").read))
    assert "&lt;img src=x" in said
    assert "<img" not in said


def test_no_score_no_count_and_no_style_is_shown() -> None:
    said = click(Mirror(Draft(task="Der følges op.", values="Jeg er åben.", offer="Vi skal lykkes sammen.").read))
    assert said.count("<li") == 3
    assert "style=" not in said
    assert not re.search(r"\d|tre |point|score|desværre|fejlfri|forkert|svag|dårlig", re.sub("<[^>]*>", " ", said))


def test_an_empty_draft_and_one_without_questions_get_a_sentence() -> None:
    assert EMPTY in click(Mirror(Draft().read))
    assert EMPTY in click(Mirror(Draft(task=" \n").read))
    assert NOTHING in click(Mirror(Draft(task="Jeg ringer til Bo hver fredag.").read))


def test_after_a_save_the_old_questions_say_that_they_are_old_until_the_next_click() -> None:
    draft = Draft(values="Jeg er åben.")
    mirror = Mirror(draft.read)
    mirror.refresh()
    assert mirror._age.value == ""
    click(mirror)
    draft.texts["draft.values"] = "Jeg lægger regnskabet frem hver fredag."
    mirror.refresh()
    assert OLDER in mirror._age.value
    assert 'role="status"' in mirror._age.value
    assert "Jeg er åben" in mirror._said.value
    assert NOTHING in click(mirror)
    assert mirror._age.value == ""


def test_a_page_without_its_server_gets_a_sentence_and_the_next_click_works() -> None:
    draft = Draft(values="Jeg er åben.")
    mirror = Mirror(draft.read)
    draft.lost = True
    assert "Vi kan ikke hente dine ord lige nu" in click(mirror)
    draft.lost = False
    assert "Jeg er åben" in click(mirror)


def test_the_answer_takes_the_focus_but_is_not_on_the_way_of_the_tab_key() -> None:
    mirror = Mirror(Draft(values="Jeg er åben.").read)
    sent: list[object] = []
    mirror._told.send = lambda content, buffers=None: sent.append(content)
    click(mirror)
    assert mirror._told.tabbable is False
    assert sent == [{"do": "focus"}]
