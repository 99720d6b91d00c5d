"""What the environment may say, and what it may not."""

from pathlib import Path

import pytest

from fællesledelse.errors import SettingsError
from fællesledelse.settings import is_loopback, read


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
        with pytest.raises(SettingsError, match="needs its key"):
            read(told(**{alone: pem}))
    with pytest.raises(SettingsError, match="no such file"):
        read(told(certificate="/findes/ikke", certificate_key=pem))


def test_a_proxy_and_the_public_address_belong_together() -> None:
    for alone in (told(public_url="https://leder.example"), told(proxy="10.0.0.2")):
        with pytest.raises(SettingsError, match="needs two settings"):
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
    with pytest.raises(SettingsError, match="Refusing to serve plain http"):
        read(told(address=address))


def test_which_hosts_are_this_machine() -> None:
    assert [host for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]") if not is_loopback(host)] == []
    strange = ("", "0.0.0.0", "10.0.0.1", "localhost.example", "127.0.0.1.example", "::ffff:10.0.0.1", "2130706433")
    assert [host for host in strange if is_loopback(host)] == []
