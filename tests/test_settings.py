"""What the environment may say, and what it may not."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from fællesledelse import settings
from fællesledelse.errors import SettingsError
from fællesledelse.settings import Settings, is_loopback, read


def told(**values: object) -> dict[str, str]:
    return {f"FAELLESLEDELSE_{name.upper()}": str(value) for name, value in values.items()}


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    path = tmp_path / "x.pem"
    path.touch()
    return path


def test_without_a_word_the_server_is_for_this_machine_alone() -> None:
    settings = read({"PATH": "/bin", "FAELLESLEDELSE_ADDRESS": ""})
    assert settings.origin == "http://127.0.0.1:8866"
    assert not settings.secure
    assert settings.data == Path("data").absolute()
    assert settings.database == f"sqlite:///{settings.data}/faellesledelse.sqlite"
    assert settings.operator_token.parent == settings.data


def test_the_process_environment_is_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAELLESLEDELSE_PORT", "4711")
    assert read().port == 4711


def test_every_setting_is_taken(pem: Path) -> None:
    settings = read(
        told(
            data="/d",
            database="postgresql://x",
            address="::1",
            port=443,
            certificate=pem,
            certificate_key=pem,
            smtp="post:25",
            sender="a@b",
        )
    )
    assert settings.database == "postgresql://x"
    assert settings.origin == "https://[::1]:443"
    assert (settings.smtp, settings.sender) == ("post:25", "a@b")
    assert settings.secure


def test_behind_a_proxy_the_public_address_is_the_origin() -> None:
    settings = read(told(public_url="https://leder.example:8443/", proxy="10.0.0.2", address="0.0.0.0"))
    assert settings.origin == "https://leder.example:8443"
    assert settings.secure


@pytest.mark.parametrize("port", ["0", "-1", "65536", "x", "8866.0", "²", " 1"])
def test_a_port_is_a_number_people_can_be_sent_to(port: str) -> None:
    with pytest.raises(SettingsError, match="FAELLESLEDELSE_PORT"):
        read(told(port=port))


def test_a_certificate_and_its_key_belong_together(pem: Path) -> None:
    for alone in ("certificate", "certificate_key"):
        with pytest.raises(SettingsError, match="Et certifikat og dets nøgle hører sammen"):
            read(told(**{alone: pem}))
    with pytest.raises(SettingsError, match="den fil findes ikke"):
        read(told(certificate="/findes/ikke", certificate_key=pem))


def test_a_proxy_and_the_public_address_belong_together() -> None:
    for alone in (told(public_url="https://leder.example"), told(proxy="10.0.0.2")):
        with pytest.raises(SettingsError, match="Sæt både FAELLESLEDELSE_PUBLIC_URL og FAELLESLEDELSE_PROXY"):
            read(alone)


@pytest.mark.parametrize(
    "url",
    [
        "http://leder.example",
        "leder.example",
        "https://",
        "https://leder.example/sti",
        "https://leder.example?x",
        "https://leder.example#x",
        "https://bruger@leder.example",
        "https://Leder.example",
        "https://leder.example:443",
        "https://leder.example:x",
        "https://[",
    ],
)
def test_the_public_address_is_written_as_a_browser_writes_an_origin(url: str) -> None:
    with pytest.raises(SettingsError, match="FAELLESLEDELSE_PUBLIC_URL"):
        read(told(public_url=url, proxy="10.0.0.2"))


@pytest.mark.parametrize("proxy", ["proxy.example", "10.0.0.2:80", "10.0.0", "10.0.0.0/8"])
def test_a_proxy_is_named_by_its_address(proxy: str) -> None:
    with pytest.raises(SettingsError, match="FAELLESLEDELSE_PROXY"):
        read(told(public_url="https://leder.example", proxy=proxy))


@pytest.mark.parametrize("smtp", ["post:smtp", "post:25:25", "smtp://post", "a@post", ":25"])
def test_a_mail_server_is_a_host_and_a_port(smtp: str) -> None:
    with pytest.raises(SettingsError, match="FAELLESLEDELSE_SMTP"):
        read(told(smtp=smtp))


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.1", "leder.example"])
def test_plain_http_is_served_to_this_machine_alone(address: str) -> None:
    with pytest.raises(SettingsError, match="taler ikke ukrypteret http"):
        read(told(address=address))


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("SMPT", "SMTP"),
        ("DATBASE", "DATABASE"),
        ("PUBLICURL", "PUBLIC_URL"),
        ("CERTIFICATEKEY", "CERTIFICATE_KEY"),
        ("port", "PORT"),
    ],
)
def test_a_misspelt_setting_is_told_with_the_nearest_known_one(name: str, near: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read({f"FAELLESLEDELSE_{name}": "x"})
    said = f"Indstillingen FAELLESLEDELSE_{name} findes ikke. Mente du FAELLESLEDELSE_{near}? Ret navnet, eller fjern den."
    assert str(refused.value) == said


def test_a_setting_like_no_other_is_told_alone_and_an_empty_one_counts_as_not_set() -> None:
    with pytest.raises(SettingsError, match=r"FAELLESLEDELSE_XYZ findes ikke\. Ret navnet, eller fjern den\.$"):
        read(told(xyz="1"))
    assert read(told(xyz="", socket="/run/vagt")) == read({})


def test_the_settings_that_are_explained_are_those_that_are_read() -> None:
    explained = re.findall(r"^    FAELLESLEDELSE_([A-Z_]+) ", str(settings.__doc__), re.MULTILINE)
    assert sorted([*explained, "CERTIFICATE_KEY"]) == sorted(field.name.upper() for field in fields(settings.Settings))


def test_which_hosts_are_this_machine() -> None:
    assert [host for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]") if not is_loopback(host)] == []
    strange = ("", "0.0.0.0", "10.0.0.1", "localhost.example", "127.0.0.1.example", "::ffff:10.0.0.1", "2130706433")
    assert [host for host in strange if is_loopback(host)] == []


def test_the_front_page_names_every_setting() -> None:
    table = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8").partition("| `FAELLESLEDELSE_…` |")[2]
    named = set(re.findall(r"`([A-Z_]+)`", table.partition("\n\n")[0]))
    assert named == {field.name.upper() for field in fields(Settings)}
