"""What was made of a key on an earlier day: a change here would lock every leader out of what they have written."""

import io
import json
from itertools import permutations
from pathlib import Path

import pytest
from nacl.public import PrivateKey

from fællesledelse.store import vault
from fællesledelse.store.keyfiles import KeyFiles
from fællesledelse.store.records import Person
from fællesledelse.store.sealed_file import OtherKey, SealedWriter, fingerprint, unsealed
from fællesledelse.store.sealing import KdfCost, pad, phrase_key, unseal
from fællesledelse.store.signing import examined, signed
from fællesledelse.store.vault import Unlocked, Wrap, WrapKind

KEY = bytes(range(32))
CODE = bytes(range(17))
ANNA = Unlocked(Person("a" * 32, "anna@eksempel.dk", "Anna Ager"), PrivateKey(KEY))
SEALED = "b315d7ddd981fba1a92b9b21ac4591c1a390a60a7ca7a938624de8f5c411e14f5d3c834a284acfcc9633f6adf8"
SEALED_IN_DANISH = "eab0dd579f74a374e104e985a67d99a56e468127c0427eb114951f62aab50ff2af91ad5c19060c62ffb082f946"
BY_CODE = (
    "fa21a788ec35c32f71d23b9ba72336a4e80c95ea86a23e398ccbb48e0f210c098a6db029024e87ea"
    "a8745a1d12e413d691fadc4c3ba3bc38c9ccfdfe9ef11c25149c01e1b8abb7b2"
)
BY_KEY = (
    "16ec699097bd607f01e759432293869c54b66d01c789904ca77752a19bc0f87afbc92867d7ec0874"
    "76f13c91e2c76ffe67d51f3fa46cff38b72ba366b5f584d2bbe014c81da6980a"
)
BY_SAFE = (
    "1b524d7aede1b7f3a750df91127dfb9fd480f1b92a71506276b074ceeb9a5773acbad4a380e0507fb042ada2ad113eeb302873b6c66ec635002f"
    "c67e421f1dd0c97c117f819fb000045e7d61f33e98a1dbe650ea1debd9396bb5b82a9fb45807e6bbd8be2c240245c14c555bb8d885a6ff9556b9"
    "5ce4428d8e94763a30853236339a51a072c3a5a2475fb61ab26642b44254ef82c0fd8fd35e67ede91b3d2f9433d8e20443accbf6e1d90c5f75d8"
    "530a6e6f39331d9a40fba9fd1e4305ba275cfedfb218d08c5185ad54"
)
SIGNED = {
    "hold": "demo",
    "ord": "æ",
    "underskrift": {
        "offentlig nøgle": "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
        "signatur": "3d6906424fabb203f45536dd9d00b4355f97dd6f306b0426d41d78e4f4330ad4"
        "5b017ac0c620828a1276f5167229512a0732a8464de8c25000a071e1d8a3150d",
    },
}


def test_the_same_keys_are_made_of_the_same_secrets() -> None:
    assert ANNA.public == "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f"
    assert ANNA.journal_key().hex() == "058ef336268eb506f1e07ee5f069d79469563688b75c005705b638dc2a8afad8"
    assert ANNA.device_mark() == "885fe9b3cfca7f58426845a44e157b75"
    assert vault.code_key(CODE).hex() == "c6d707821261bfeed8a9e82de1c188a6569c0e4a313a2363ccefe9915386bbee"
    made = phrase_key(" sol over æblehaven ", bytes(range(16)), KdfCost(passes=1, memory=8192))
    assert made.hex() == "e260cbdafa55d6c853fd8bb9247b6dda0c6f115b439e98a9aecabc711c74b158"
    assert fingerprint(KEY) == "680feccae3b323ab"


def test_what_was_sealed_opens() -> None:
    assert unseal(KEY, bytes.fromhex(SEALED), "answer", "demo", 1) == b"tekst"
    assert unseal(KEY, bytes.fromhex(SEALED_IN_DANISH), "contract", "Gruppe Æ", 1) == b"tekst"
    code = vault.code_key(CODE)
    assert vault.unwrap(ANNA.person, ANNA.public, bytes.fromhex(BY_CODE), code, WrapKind.RECOVERY_CODE).public == ANNA.public
    assert vault.unwrap(ANNA.person, ANNA.public, bytes.fromhex(BY_KEY), KEY, "p").public == ANNA.public
    content = json.loads(vault.open_sealed(PrivateKey(KEY), bytes.fromhex(BY_SAFE)))
    assert content == {"person": "a" * 32, "email": "anna@eksempel.dk", "private": KEY.hex()}
    paper = "0001-081G-8186-0W40-J2GB-1G6G-W3RG-2491-650N-2RBH-G68T-3CE1-T7GZ-9RN5-VX8D"
    assert vault.read_safe_paper(paper) == KEY


def test_a_sealed_file_is_laid_out_as_it_says_for_good() -> None:
    writer = SealedWriter(target := io.BytesIO(), KEY)
    writer.write(bytes(200_000))
    writer.finish()
    line, pieces = len("faellesledelse kopi\n") + 16, (65_536, 65_536, 65_536, 3_392)
    assert len(target.getvalue()) == line + 24 + sum(piece + 17 for piece in pieces)


def test_what_travels_to_the_safe_can_be_read_by_its_keeper() -> None:
    told = '{\n "format": 1,\n "kind": "request",\n "navn": "Åse"\n}'
    assert vault.message("request", navn="Åse").decode() == told


def test_a_file_of_another_key_is_told_from_one_that_was_changed() -> None:
    keys = [bytes([number]) * 32 for number in range(6)]
    for own, other in permutations(keys, 2):
        writer = SealedWriter(target := io.BytesIO(), own)
        writer.write(b"tekst")
        writer.finish()
        assert unsealed(io.BytesIO(target.getvalue()), own).read() == b"tekst"
        with pytest.raises(OtherKey):
            unsealed(io.BytesIO(target.getvalue()), other)


def test_what_was_signed_is_believed_and_signed_alike(tmp_path: Path) -> None:
    KeyFiles(tmp_path).make_signing_key(KEY)
    assert signed({"hold": "demo", "ord": "æ"}, tmp_path) == SIGNED
    assert examined(json.dumps(SIGNED).encode())[0] == {"hold": "demo", "ord": "æ"}


@pytest.mark.parametrize(("length", "bucket"), [(0, 256), (252, 256), (253, 512), (508, 512), (509, 1024)])
def test_a_text_is_padded_to_the_bucket_it_fits(length: int, bucket: int) -> None:
    assert len(pad(bytes(length))) == bucket


def test_what_is_not_of_a_phrase_costs_nothing_to_open() -> None:
    assert Wrap(WrapKind.SAFE, b"") == Wrap(WrapKind.SAFE, b"", opener="", salt=b"", passes=0, memory=0)
    assert KdfCost() == KdfCost(passes=3, memory=128 << 20)
