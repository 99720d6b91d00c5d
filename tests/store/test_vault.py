"""Sealing, padding, codes on paper, and the offline half of the key in the safe."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey

from fællesledelse.errors import AccessError, SealError
from fællesledelse.store import vault
from fællesledelse.store.access import Device, Session
from fællesledelse.store.deletion import Extent, Receipt
from fællesledelse.store.erasure import LeaderReceipt, Share
from fællesledelse.store.records import Person
from fællesledelse.store.recovery import new_code, read_code
from fællesledelse.store.sealing import KdfCost, pad, phrase_key, seal, unpad, unseal
from fællesledelse.store.vault import Enrolled, Unlocked, Wrap, new_safe_key, open_with_safe_key, read_safe_paper

KEY = bytes(range(32))
PERSON = Person("a" * 32, "anna@eksempel.dk", "Anna Ager")


def test_what_is_sealed_opens_only_with_its_key_and_in_its_place() -> None:
    sealed = seal(KEY, b"tekst", "answer", "demo", 1)
    assert unseal(KEY, sealed, "answer", "demo", 1) == b"tekst"
    attempts: list[tuple[bytes, bytes, tuple[str | int, ...]]] = [
        (bytes(32), sealed, ("answer", "demo", 1)),
        (KEY, sealed, ("answer", "demo", 2)),
        (KEY, sealed, ("answer", "demo", "1")),
        (KEY, sealed, ("answer", "dem", "o1")),
        (KEY, sealed[:-1] + bytes([sealed[-1] ^ 1]), ("answer", "demo", 1)),
        (KEY, sealed[:10], ("answer", "demo", 1)),
        (KEY, b"", ("answer", "demo", 1)),
    ]
    for key, content, place in attempts:
        with pytest.raises(SealError, match="can't be opened"):
            unseal(key, content, *place)


def test_the_same_text_never_looks_the_same_sealed() -> None:
    assert seal(KEY, b"tekst", "x") != seal(KEY, b"tekst", "x")


@given(st.binary(max_size=3000))
def test_padding_hides_the_length_and_gives_the_content_back(content: bytes) -> None:
    padded = pad(content)
    assert unpad(padded) == content
    assert len(padded) in {256, 512, 1024, 2048, 4096}


def test_two_phrases_are_tried_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes its memory, and a small server has not much."""
    two, most, inside = threading.Barrier(2), 0, 0

    def kdf(*_: object) -> bytes:
        nonlocal most, inside
        inside += 1
        most = max(most, inside)
        two.wait(20)
        inside -= 1
        return KEY

    monkeypatch.setattr("nacl.pwhash.argon2id.kdf", kdf)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: phrase_key("sol", bytes(16), KdfCost(1, 8192)), range(4))) == [KEY] * 4
    assert most == 2


def test_what_is_handed_out_is_a_value_that_nobody_changes() -> None:
    for kind in (Device, Enrolled, Extent, KdfCost, LeaderReceipt, Receipt, Session, Share, Wrap):
        assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined]


def test_short_answers_are_all_of_one_size() -> None:
    assert len({len(pad(text.encode())) for text in ("", "ja", "nej", "et godt stykke længere svar om ledelse " * 6)}) == 1


@pytest.mark.parametrize("number", range(20))
def test_a_recovery_code_reads_back_however_it_is_typed(number: int) -> None:
    code = new_code()
    assert [len(group) for group in code.split("-")] == [4] * 7
    assert not set(code) & set("ILOU*~$=")
    typed = code.lower().replace("-", "\u2013 ").replace("0", "o").replace("1", "l")
    assert read_code(typed) == read_code(code)
    assert len(read_code(code)) == 17


def test_no_two_codes_are_alike() -> None:
    assert len({new_code() for _ in range(50)}) == 50


def test_one_wrong_symbol_or_two_that_changed_places_are_noticed() -> None:
    code = new_code().replace("-", "")
    wrong = [code[:n] + symbol + code[n + 1 :] for n in range(28) for symbol in "0A" if code[n] != symbol]
    wrong += [code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(26) if code[n] != code[n + 1]]
    for typed in wrong:
        with pytest.raises(AccessError, match="kan ikke læses"):
            read_code(typed)


@pytest.mark.parametrize("typed", ["", "-", "0000", "U" * 28, "æ" * 28, "0" * 29, "0" * 27, "\ud800"])
def test_something_that_is_no_code_is_refused(typed: str) -> None:
    for read in (read_code, read_safe_paper):
        with pytest.raises(AccessError, match="kan ikke læses"):
            read(typed)


def test_the_key_for_the_safe_reads_back_from_paper() -> None:
    public, (paper, _) = new_safe_key()
    assert read_safe_paper(paper.lower().replace("-", " ")) == read_safe_paper(paper)
    assert len(public) == 64
    for wrong in (paper[:-1], paper + "0", paper[:-1] + ("0" if paper[-1] != "0" else "1")):
        with pytest.raises(AccessError, match="papiret kan ikke læses"):
            read_safe_paper(wrong)
    with pytest.raises(AccessError, match="papiret kan ikke læses"):
        read_safe_paper("Z" * 60)  # more than 256 bits


def test_the_key_in_the_safe_takes_two_papers_in_any_order_and_both_are_its_own() -> None:
    public, papers = new_safe_key()
    _, (stranger, _) = new_safe_key()
    request = request_for(Unlocked(PERSON, PrivateKey.generate()), public)
    assert json.loads(open_with_safe_key(request, papers[::-1]))["keys"]
    for paper in papers:
        with pytest.raises(AccessError, match="den samme linje to gange"):
            open_with_safe_key(request, (paper, paper))
        with pytest.raises(AccessError, match="Hører de to papirer sammen"):
            open_with_safe_key(request, (paper, stranger))
        assert bytes(PrivateKey(read_safe_paper(paper)).public_key).hex() != public


def request_for(sealed_by: Unlocked, safe: str, **changes: object) -> bytes:
    """A request in Anna's name with what ``sealed_by`` has sealed to the safe."""
    wrap = vault.seal_to_safe(sealed_by, safe)
    content = {
        "format": 1,
        "kind": "request",
        "person": {"id": PERSON.id},
        "public": bytes(PrivateKey.generate().public_key).hex(),
        "keys": [{"pair": sealed_by.public, "safe": safe, "sealed": vault.encoded(wrap.sealed)}],
    }
    return json.dumps({**content, **changes}).encode()


def test_the_safe_never_shows_a_private_key_in_its_result() -> None:
    public, private = new_safe_key()
    unlocked = Unlocked(PERSON, PrivateKey.generate())
    secret = bytes(vault.private_key(unlocked))
    result = open_with_safe_key(request_for(unlocked, public), private)
    assert secret.hex().encode() not in result
    assert vault.encoded(secret).encode() not in result


def test_another_safe_opens_nothing() -> None:
    public, _ = new_safe_key()
    _, other = new_safe_key()
    with pytest.raises(AccessError, match="passer ikke til denne anmodning"):
        open_with_safe_key(request_for(Unlocked(PERSON, PrivateKey.generate()), public), other)


@pytest.mark.parametrize("other", ["0" * 32, "f" * 32])
def test_a_request_that_offers_someone_elses_key_is_refused(other: str) -> None:
    """A database administrator with an account asks for the boss's key in the own name."""
    public, private = new_safe_key()
    bent = Unlocked(Person(other, "bent@eksempel.dk", "Bent Birk"), PrivateKey.generate())
    with pytest.raises(AccessError, match=r"tilhører bent@eksempel\.dk"):
        open_with_safe_key(request_for(bent, public), private)


@pytest.mark.parametrize("sealed", ["!!!", "", "AAAA"])
def test_a_request_changed_on_its_way_is_noticed(sealed: str) -> None:
    public, private = new_safe_key()
    keys = [{"pair": "x", "safe": public, "sealed": sealed}]
    with pytest.raises(SealError):
        open_with_safe_key(request_for(Unlocked(PERSON, PrivateKey.generate()), public, keys=keys), private)


@pytest.mark.parametrize(
    "changes",
    [
        *({"kind": "result"}, {"kind": "answer"}, {"format": 0}, {"format": 2}),
        *({"person": {}}, {"person": "x"}, {"public": 1}, {"keys": [{}]}, {"keys": None}),
    ],
)
def test_another_file_is_refused(changes: dict[str, object]) -> None:
    public, private = new_safe_key()
    with pytest.raises(AccessError, match="ikke den rigtige"):
        open_with_safe_key(request_for(Unlocked(PERSON, PrivateKey.generate()), public, **changes), private)
    for text in (b"", b"\xff", b"[]", b"1", b"{}"):
        with pytest.raises(AccessError, match="ikke den rigtige"):
            open_with_safe_key(text, private)


def test_a_private_key_that_is_not_the_other_half_is_refused() -> None:
    with pytest.raises(SealError, match="other half"):
        vault.unlocked_as(PERSON, "0" * 64, bytes(PrivateKey.generate()))


def test_a_fingerprint_can_be_read_aloud_and_tells_keys_apart() -> None:
    prints = {vault.fingerprint(new_safe_key()[0]) for _ in range(20)}
    assert len(prints) == 20
    assert all(len(each) == 14 and each.replace(" ", "").isdigit() for each in prints)


def test_a_fingerprint_is_the_same_on_the_two_machines_for_good() -> None:
    """Who keeps the safe may have an older version."""
    assert vault.fingerprint("01" * 32) == "0541 8647 3011"
