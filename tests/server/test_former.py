"""Who is a leader no more sees, fetches and takes back what is their own, and reaches nothing else: one story."""

import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from fællesledelse.manifest import load

from .circles import CARD, SECRET, SIX, Leader, begun, give_sentence, let_go, publish, regroup, six_leaders
from .people import ANNA, BENT, CARLA, DORTE, EGON, FREJA, TODAY, VIBEKE, Someone
from .serving import Server, wait_for


@dataclass
class Story:
    """A cohort on its server, and what Anna has let go of before she is taken off the list."""

    server: Server
    folder: Path
    leaders: dict[Someone, Leader]
    vibeke: Leader
    wave: str = ""
    draft: str = ""
    gift: str = ""
    lesson: str = ""
    publication: str = ""

    def __getitem__(self, who: Someone) -> Leader:
        return self.leaders[who]

    @property
    def items(self) -> list[str]:
        """The keys of what the survey asks."""
        survey = load((self.folder / "bygget/manifest.json").read_text(encoding="utf-8")).survey
        assert survey is not None
        return [item.key for item in survey.items]

    def stay(self, *who: Someone) -> None:
        """Let only these be on the list, each in the group they are in from the start, unless they would be alone in it."""
        groups = [tuple(each for each in group if each in who) for group in (SIX[:3], SIX[3:])]
        alone = tuple(each for group in groups if len(group) == 1 for each in group)
        regroup(self.folder, {"": alone} | {str(at): group for at, group in enumerate(groups, 1) if len(group) > 1})
        assert self.vibeke.client.get("/hold/demo/overblik").status_code == 200  # the next page takes the build in

    def answer(self, who: Someone, value: int, copy: bool = False) -> None:
        """Someone answers all of the wave alike, and sends it."""
        client = self[who].client
        for item in self.items:
            assert client.put(f"/api/demo/survey/{self.wave}/items/{item}", json={"value": value}).status_code == 200
        assert client.post(f"/api/demo/survey/{self.wave}/send", json={"copy": copy}).status_code == 200

    def page(self, who: Someone) -> str:
        """The page of one who has left."""
        answer = self[who].client.get("/hold/demo/mit")
        assert answer.status_code == 200, answer.text
        return answer.text


def run_workshop(leader: Leader) -> None:
    """Go through the workshop where feedback is heard, to its end."""
    path = "/api/demo/rooms/workshop-2"
    here = leader.client.put(path, json={"base": leader.client.get(path).json()["version"], "do": "start"}).json()
    over = {"base": here["version"], "do": "go", "phase": len(here["phases"])}
    assert leader.client.put(path, json=over).status_code == 200


def withdraw(who: Leader, wave: str) -> httpx.Response:
    return who.client.delete(f"/api/demo/survey/{wave}/mine")


def texts_of(who: Leader) -> str:
    """Every word of the web pages in the own file, the annex among them."""
    answer = who.client.get("/api/demo/mine.zip?annex=1")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        return "\n".join(file.read(name).decode() for name in file.namelist() if name.endswith(".html"))


def closed(answer: httpx.Response) -> bool:
    """Whether a request was refused for the very reason that one is not on the list."""
    return answer.status_code == 404 and "Det, der er dit, kan du stadig n" in answer.text


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Iterator[Story]:
    place = tmp_path_factory.mktemp("former")
    (place / "from").mkdir()
    with six_leaders(place, begun(built["demo"], place / "from"), built["andet"]) as (server, folder):
        told = Story(server, folder, {who: Leader(server, who) for who in SIX}, Leader(server, VIBEKE))
        _live(told)
        yield told


def _live(story: Story) -> None:
    """Anna has written, shared and been given; a wave is open that all have answered."""
    anna, bent, carla = (story[who] for who in SIX[:3])
    anna.agree(bent, carla)
    anna.write("episodes.1.did", "ANNAS EGET SVAR")
    anna.write("private.limits", "ANNAS TILLÆG")
    story.draft = anna.share("ANNAS UDKAST")
    for each, words in ((bent, "BENTS ORD TIL ANNA"), (carla, "CARLAS ORD TIL ANNA")):
        each.give(story.draft, well=words)
    second = anna.share("ANNAS ANDET UDKAST")
    bent.give(second, well="GIVET, MEN ALDRIG ÅBNET")
    story.gift = give_sentence(anna, bent, "ANNAS SÆTNING TIL BENT")
    give_sentence(bent, anna, "BENTS SÆTNING TIL ANNA")
    story.lesson = let_go(anna, hypothesis="ANNAS KORT")
    let_go(bent, hypothesis=SECRET)
    carla.give(bent.share(SECRET), well="CARLAS ORD TIL BENT")
    story.publication = publish(anna)
    body = {"title": "Den første", "opens": TODAY.isoformat(), "closes": (TODAY + timedelta(days=7)).isoformat()}
    story.wave = story.vibeke.post("survey", **body).json()["waves"][0]["id"]
    for number, who in enumerate(SIX):
        story.answer(who, number, copy=who is ANNA)


def test_who_is_taken_off_the_list_is_led_to_what_is_theirs(story: Story) -> None:
    story.stay(BENT, CARLA, EGON, FREJA)
    anna = story[ANNA].client
    assert anna.get("/").headers["location"] == "/hold/demo/mit"
    text = story.page(ANNA)
    for words in (
        "Du er ikke længere på listen",
        "Hent alt mit",
        "Den første",
        "Prøvehandling på tavlen",
        "ANNAS KORT",
    ):
        assert words in text
    assert 'href="/hold/demo/' not in text, "nothing leads to a page that is shut"
    refused = anna.get("/hold/demo/forberedelse-1")
    assert refused.status_code == 404
    assert "Du er ikke længere på listen" in refused.text
    assert story[BENT].client.get("/hold/demo/mit").headers["location"] == "/hold/demo/hent-mit"
    assert story.vibeke.client.get("/hold/demo/mit").status_code == 403


def test_answers_in_an_open_wave_are_seen_and_withdrawn_but_neither_changed_nor_sent(story: Story) -> None:
    anna, dorte, place = story[ANNA], story[DORTE], f"/api/demo/survey/{story.wave}"
    before = len(story.server.audit)
    assert "Dine svar er sendt og tæller med" in story.page(DORTE)
    assert story.page(ANNA).count("<dd>Ved ikke</dd>") == len(story.items)
    for refused in (
        anna.client.put(f"{place}/items/{story.items[0]}", json={"value": 3}),
        anna.client.post(f"{place}/send", json={"copy": False}),
    ):
        assert closed(refused)
    assert withdraw(dorte, story.wave).json() == {"withdrawn": True}
    assert withdraw(dorte, story.wave).json() == {"withdrawn": False}
    assert "Der er ingen svar fra dig" in story.page(DORTE)

    def noted() -> list[tuple[str, str, Any]]:
        lines = [line for line in story.server.audit[before:] if line["route"].startswith("Survey")]
        return [(line["route"], line["event"], line["person"]) for line in lines]

    wait_for(lambda: len(noted()) > 1)
    assert noted() == [(f"Survey{name}Handler", "refused", None) for name in ("Answer", "Send")], "and nobody is named"


def test_nothing_new_is_written_or_given_either(story: Story) -> None:
    anna, bent = story[ANNA], story[BENT]
    assert closed(anna.client.save("episodes.1.did", "Rettet bagefter", 1))
    assert closed(anna.post("drafts", draft_id=uuid.uuid4().hex))
    refused = bent.post(f"drafts/{story.draft}/feedback")
    assert refused.status_code in (403, 409), "nor is anything given to who has left"
    late = bent.post("gifts/harvest", to=anna.id, round=2, gift_id=uuid.uuid4().hex, step="workshop-1")
    assert late.json()["error"] == "not-in-group"


def test_the_file_has_the_own_and_what_was_given_and_nothing_that_came_afterwards(story: Story) -> None:
    anna, bent, carla = (story[who] for who in SIX[:3])
    words = texts_of(anna)
    own = ("ANNAS EGET SVAR", "ANNAS TILLÆG", "ANNAS UDKAST", "ANNAS SÆTNING TIL BENT", "ANNAS KORT")
    given = ("BENTS ORD TIL ANNA", "CARLAS ORD TIL ANNA", "BENTS SÆTNING TIL ANNA")
    for text in (*own, *given):
        assert text in words
    assert SECRET not in words
    assert "GIVET, MEN ALDRIG ÅBNET" not in words
    assert "Den var ikke åbnet for dig, da du forlod holdet" in words
    assert "De andres udkast, kort og ledelsesgrundlag" in words
    bent.agree(carla, export=False)  # what they agree on from now on is theirs
    assert texts_of(anna) == words
    bent.agree(carla)
    run_workshop(bent)  # feedback opens for those who are there when it is over
    assert texts_of(anna) == words


def test_who_is_put_back_on_the_list_has_the_place_again_with_everything_in_it(story: Story) -> None:
    story.stay(BENT, CARLA, DORTE, EGON, FREJA)
    dorte = story[DORTE].client
    assert dorte.get("/").headers["location"] == "/hold/demo/"
    assert dorte.get("/hold/demo/mit").headers["location"] == "/hold/demo/hent-mit"
    story.answer(DORTE, 3)
    assert "Dine svar er sendt" in dorte.get("/hold/demo/spoergeskema").text


def test_answers_in_a_closed_wave_are_seen_and_withdrawn(story: Story) -> None:
    told = story.vibeke.post(f"survey/{story.wave}/close").json()["waves"][0]
    assert (told["answered"], told["why"]) == (6, ""), "who has left has answered all the same"
    story.stay(BENT, CARLA, EGON)
    for who, value in ((ANNA, 0), (FREJA, 5)):
        assert set(story[who].get("survey/mine")["answers"][story.wave].values()) == {value}
        assert "Træk mine svar tilbage" in story.page(who)
    assert "Helt enig" in story.page(FREJA)
    assert withdraw(story[FREJA], story.wave).json() == {"withdrawn": True}
    assert story[FREJA].get("survey/mine") == {"answers": {}, "copies": {}}
    assert "Træk mine svar tilbage" not in story.page(FREJA)
    assert "Mine svar i spørgeskemaet" in texts_of(story[ANNA])


def test_what_was_let_go_of_is_taken_back_and_nobody_else_s(story: Story) -> None:
    anna, bent = story[ANNA], story[BENT]
    board = lambda: story.vibeke.client.get("/hold/demo/tavle").text  # noqa: E731 # asked twice
    assert "ANNAS KORT" in board()
    assert "ANNAS ANDET UDKAST" in bent.client.get(f"/hold/demo/galleri/{story.publication}").text
    assert "ANNAS SÆTNING" in json.dumps(bent.get("gifts/harvest"), ensure_ascii=False)
    for share in (story.lesson, story.publication, story.gift, story.draft):
        assert story.page(ANNA).count(f'data-take="mine/{share}"') == 1
        assert anna.delete(f"mine/{share}").json() == {"withdrawn": share}
        assert share not in story.page(ANNA)
    assert "ANNAS KORT" not in board()
    assert bent.client.get(f"/hold/demo/galleri/{story.publication}").status_code == 404
    assert "ANNAS SÆTNING" not in json.dumps(bent.get("gifts/harvest"), ensure_ascii=False)
    assert bent.reading(story.draft)["headings"] == []
    theirs = [each["id"] for each in bent.get("drafts")["mine"]] + [bent.get(f"cards/{CARD}")["shared"]["board"]["id"]]
    for share in theirs:
        assert anna.delete(f"mine/{share}").status_code == 404
    assert SECRET in board()
    assert "ANNAS KORT" in texts_of(anna), "it is still one's own"
    assert "GIVET, MEN ALDRIG ÅBNET" not in texts_of(anna)


def test_after_the_key_is_destroyed_there_is_the_copy_and_a_clear_refusal(story: Story) -> None:
    assert story.vibeke.post("survey/end").json()["linked"] is False
    anna = story[ANNA]
    mine = anna.get("survey/mine")
    assert (mine["answers"], set(mine["copies"][story.wave].values())) == ({}, {0})
    refused = withdraw(anna, story.wave)
    assert (refused.status_code, "ingen kan finde dine svar mere" in refused.json()["message"]) == (403, True)
    text = story.page(ANNA)
    assert "Fra den kopi, du gemte" in text
    assert "Nøglen er slettet, og ingen kan finde dine svar mere" in text
    assert "Træk mine svar tilbage" not in text
    assert "Fra den kopi" not in story.page(DORTE)


def test_what_was_open_when_one_left_stays_open(story: Story) -> None:
    """Anna never gave Bent hers, but the workshop was over."""
    story.stay(CARLA, EGON)
    assert "CARLAS ORD TIL BENT" in texts_of(story[BENT])


def test_who_is_still_in_another_gathering_finds_the_way_on_the_front_page(story: Story) -> None:
    story.stay(BENT, EGON)
    page = story[CARLA].client.get("/")
    assert page.status_code == 200
    assert set(re.findall(r'href="(/hold/[^"]+)"', page.text)) == {"/hold/andet/", "/hold/demo/mit"}
    assert "GIVET, MEN ALDRIG ÅBNET" not in texts_of(story[ANNA]), "nobody is awaited any more, yet nothing opens"


def test_a_leader_who_has_become_facilitator_reaches_what_is_theirs_and_the_desk(story: Story) -> None:
    text = (story.folder / "hold.yaml").read_text(encoding="utf-8")
    line = f"facilitatorer:\n  - navn: {EGON.name}\n    email: {EGON.email}\n"
    (story.folder / "hold.yaml").write_text(text.replace("facilitatorer:\n", line), encoding="utf-8")
    story[EGON].write("episodes.1.did", "EGONS EGET SVAR")
    story.stay(BENT)
    egon = story[EGON].client
    assert egon.get("/hold/demo/overblik").status_code == 200
    assert set(re.findall(r'href="(/hold/[^"]+)"', egon.get("/").text)) == {"/hold/demo/", "/hold/demo/mit"}
    assert "Hent alt mit" in story.page(EGON)
    assert "EGONS EGET SVAR" in texts_of(story[EGON])
    assert egon.get("/api/demo/survey/mine").status_code == 200
    assert story.vibeke.client.get("/api/demo/mine.zip").status_code == 403, "who never led has nothing here"


def test_who_has_left_deletes_what_is_theirs_and_the_figures_stand(story: Story) -> None:
    story.stay(BENT, CARLA)
    shown = story.vibeke.get("survey")["waves"][0]
    anna, dorte = story[ANNA], story[DORTE]
    assert "Slet alt mit" in story.page(ANNA)
    refused = story[BENT].delete("mine")
    assert (refused.status_code, "Tag først lederen af listen" in refused.json()["message"]) == (409, True)
    for who, words in ((anna, "FRA ANNA"), (dorte, "FRA DORTE")):
        answer = who.delete("mine")
        assert answer.status_code == 200, words
        assert answer.json()["receipt"]["leder"] == who.who.email
        assert who.client.get("/api/session").status_code == 401
    assert story.vibeke.get("survey")["waves"][0] == shown
    assert "BENTS SÆTNING TIL ANNA" in texts_of(story[BENT]), "what others wrote is theirs"
    assert ANNA.name not in texts_of(story[BENT])
