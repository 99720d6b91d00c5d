"""Who loses a phrase, a code or a device, or changes group, has their own texts and nobody else's: all in a browser."""

import email
import email.policy
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from fællesledelse import operation
from fællesledelse.cohort.build import build
from fællesledelse.server.run import now
from fællesledelse.store.vault import asked_for, new_safe_key, open_with_safe_key
from tests.browser.group.member import Member
from tests.browser.journey.leader import DESKTOP, Leader
from tests.live import PHRASE, House
from tests.server.serving import Server, start, wait_for

NEXT = "otte blå cykler i medvind"
FIELD, WRITTEN = "episodes.1.situation", "Skrevet, før noget blev væk"
LATER = "Skrevet bagefter"


@dataclass
class Kept(House):
    """A server on a clock of its own, whose cohort has a key in the safe. ``unlock``: what is done with it, offline."""

    server: Server
    unlock: Callable[[bytes], bytes]

    @property
    def roster(self) -> Path:
        """The file of the leaders and their groups."""
        return self.folders[0] / "deltagere.csv"

    def letters(self, address: str) -> list[str]:
        """The mails to someone, the oldest first."""
        paths = sorted((self.settings.data / "udbakke").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        every = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
        return [str(each.get_content()) for each in every if address in str(each["To"])]  # type: ignore[attr-defined]

    def link(self, address: str) -> str:
        """The link to a new pass phrase that is mailed to someone, when the mail is there."""

        def found() -> list[str]:
            return re.findall(r"http\S+/ny-adgang#\S+", "\n".join(self.letters(address)))

        wait_for(found)
        return found()[-1]


@pytest.fixture(scope="module")
def kept(all_open: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    place = tmp_path_factory.mktemp("keys")
    folder, (public, private) = Path(shutil.copytree(all_open, place / "hold")), new_safe_key()
    text = (folder / "hold.yaml").read_text(encoding="utf-8")
    (folder / "hold.yaml").write_text(text.replace("pengeskab: nej", f"pengeskab: {public}"), encoding="utf-8")
    build(folder)
    server = start(place / "data", [folder], clocked=True)
    try:
        server.wait_until_up()
        yield Kept(server.settings, [folder], server, lambda request: open_with_safe_key(request, private))
    finally:
        server.end()


@pytest.fixture
def arrive(chromium: Browser, kept: Kept) -> Iterator[Callable[[], Leader]]:
    """Another browser of nobody yet."""
    there: list[Leader] = []

    def another() -> Leader:
        there.append(Leader(chromium, kept, DESKTOP))
        return there[-1]

    yield another
    for each in there:
        each.page.context.close()


def begun(person: Leader, kept: Kept, address: str) -> str:
    """Someone has enrolled and written a sentence; the recovery code."""
    client = kept.client()
    token = kept.invitation(address).partition("#")[2]
    answer = client.post("/api/enrol", json={"token": token, "pass_phrase": PHRASE})
    client.post("/api/demo/notice", json={"accept": True}).raise_for_status()
    person.come_back(client)
    client.close()
    person.open("forberedelse-1")
    person.write(FIELD, WRITTEN)
    person.wait_until_saved()
    return str(answer.json()["recovery_code"])


def there_is(person: Leader, text: str) -> None:
    """What was written is on the page."""
    person.open("forberedelse-1")
    person.wait_for_text(FIELD, text)


def choose(person: Leader, phrase: str) -> None:
    """Choose a pass phrase in the form that is open, and try it."""
    form = person.page.locator("form:visible").filter(has=person.page.get_by_label("Vælg en adgangssætning")).first
    form.get_by_label("Vælg en adgangssætning").fill(phrase)
    form.get_by_label("Skriv den en gang til").fill(phrase)
    form.locator("button[type=submit]").click()


def go_on(person: Leader) -> None:
    """Keep the new code, and go where one was."""
    expect(person.page.locator("[data-recovery-code]")).to_have_text(re.compile(r"\w{4}-\w{4}"), timeout=60_000)
    person.page.get_by_label("Jeg har gemt koden").check()
    person.page.get_by_role("button", name="Videre").click()
    person.page.wait_for_url(re.compile("/hold/"))


def forget(person: Leader, kept: Kept, address: str) -> None:
    """Sign out, ask for a link, and open it."""
    page = person.page
    page.get_by_role("button", name="Log ud").click()
    page.wait_for_url(re.compile("/log-ind"))
    page.get_by_role("link", name="Jeg har glemt min adgangssætning").click()
    page.locator("#forgotten-email").fill(address)
    page.get_by_role("button", name="Send mig et link").click()
    expect(page.locator("#kvittering")).to_be_visible()
    page.goto(kept.link(address))


def test_with_the_code_a_forgotten_phrase_is_replaced_and_a_lost_device_is_out(
    kept: Kept, arrive: Callable[[], Leader]
) -> None:
    lost, other, address = arrive(), arrive(), "lone.vestergaard@strandby.example"
    code = begun(lost, kept, address)
    other.page.goto(f"{kept.url}/glemt")
    other.page.locator("#recover-email").fill(address)
    other.page.get_by_label("Gendannelseskode").fill(code)
    choose(other, NEXT)
    go_on(other)
    there_is(other, WRITTEN)
    lost.page.goto(f"{kept.url}/hold/demo/")
    expect(lost.page).to_have_url(re.compile("/log-ind"))


def test_on_the_page_of_devices_a_lost_one_is_signed_out(kept: Kept, arrive: Callable[[], Leader]) -> None:
    leader, lost, address = arrive(), arrive(), "mikkel.ravn@strandby.example"
    begun(leader, kept, address)
    lost.sign_in(address)
    leader.page.goto(f"{kept.url}/hold/demo/")
    expect(leader.page.get_by_text("Der er logget ind som dig fra en ny enhed")).to_be_visible()
    leader.page.get_by_role("link", name="Se dine enheder").click()
    leader.page.get_by_role("button", name="Log ud alle andre steder").click()
    expect(leader.page.get_by_role("status")).to_contain_text("Du er logget ud ét andet sted.")
    lost.page.goto(f"{kept.url}/hold/demo/")
    expect(lost.page).to_have_url(re.compile("/log-ind"))
    there_is(leader, WRITTEN)


def test_a_link_waits_a_day_without_the_code_and_opens_at_once_with_it(kept: Kept, arrive: Callable[[], Leader]) -> None:
    leader, address = arrive(), "anne.boegelund@strandby.example"
    code, page = begun(leader, kept, address), leader.page
    forget(leader, kept, address)
    expect(page.get_by_text("Ventetiden")).to_be_visible()
    assert page.url.endswith("/ny-adgang"), "the secret is out of the address"
    choose(leader, NEXT)
    expect(page.get_by_role("alert")).to_contain_text("et døgn")
    page.get_by_label("Gendannelseskode").fill(code)
    choose(leader, NEXT)
    go_on(leader)
    there_is(leader, WRITTEN)


def test_without_the_code_new_pages_open_after_a_day_and_the_old_ones_with_the_key_in_the_safe(
    kept: Kept, arrive: Callable[[], Leader], tmp_path: Path
) -> None:
    leader, address, request = arrive(), "peter.lundager@strandby.example", tmp_path / "request.json"
    page = leader.page
    begun(leader, kept, address)
    forget(leader, kept, address)
    kept.server.set_clock((now() + timedelta(hours=25)).isoformat())
    choose(leader, NEXT)
    go_on(leader)
    leader.open("forberedelse-1")
    expect(page.get_by_text("Dine tidligere tekster er låst").first).to_be_visible()
    leader.write("episodes.2.situation", LATER)
    leader.wait_until_saved()

    operation.safe_request(kept.settings, address, request)
    whose, mark = asked_for(request.read_bytes())
    assert address in whose
    page.goto(f"{kept.url}/hold/demo/privatliv")
    expect(page.get_by_text(mark)).to_be_visible()
    operation.safe_result(kept.settings, kept.unlock(request.read_bytes()))
    assert [("har hentet det" in told, "er brugt for dig" in told) for told in kept.letters(address)[-2:]] == [
        (True, False),
        (False, True),
    ]
    there_is(leader, WRITTEN)
    assert leader.text("episodes.2.situation") == LATER


def test_who_changes_group_keeps_their_own_and_what_they_were_given_and_reads_nothing_older(
    chromium: Browser, kept: Kept
) -> None:
    rows = [line.split(";") for line in kept.roster.read_text(encoding="utf-8-sig").splitlines()]
    mine, other = (sorted(row[1] for row in rows[1:] if row[6] == group) for group in ("9", "10"))
    author, goes, comes = (Member(chromium, kept, address) for address in (mine[0], mine[1], other[0]))
    stays = [Member(chromium, kept, address) for address in mine[2:]]
    texts = {point["part"]: point["text"] for point in author.api("GET", "contract")["points"]}
    author.api(
        "PUT", "contract", base=0, texts=texts, switches={"harvest": True, "feedback": True, "export": True, "fades": False}
    )
    for each in (goes, *stays):
        each.api("POST", "contract/accept", number=1)
    author.save("draft.task", "Delt med dem, der var der")
    author.api("POST", "drafts", draft_id="0" * 31 + "1")
    goes.save(FIELD, WRITTEN)

    for row in rows[1:]:
        row[6] = {goes.email: "10", comes.email: "9"}.get(row[1], row[6])
    kept.roster.write_text("\n".join(";".join(row) for row in rows) + "\n", encoding="utf-8")
    build(kept.folders[0])
    comes.visit("workshop-2")
    expect(comes.part("readings")).to_contain_text("Der er ikke delt noget med dig endnu")
    expect(comes.page.locator("body")).not_to_contain_text("Delt med dem, der var der")
    goes.visit("workshop-2")
    expect(goes.part("readings")).to_contain_text("Delt med dem, der var der")
    there_is(goes, WRITTEN)
    for each in (author, goes, comes, *stays):
        each.client.close()
        each.page.context.close()
