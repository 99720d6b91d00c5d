"""The one reader of the environment.

Everything the server can be told stands here, with its meaning and default:

    FAELLESLEDELSE_DATA          folder for database, keys and logs; never below a cohort folder (default: ./data)
    FAELLESLEDELSE_DATABASE      SQLAlchemy URL; SQLite in the data folder unless set, e.g. postgresql+psycopg://…
    FAELLESLEDELSE_BACKUP        folder on another disk for the copies the server takes of itself (default: it takes none)
    FAELLESLEDELSE_ADDRESS       address to listen on (default 127.0.0.1)
    FAELLESLEDELSE_PORT          port (default 8866)
    FAELLESLEDELSE_CERTIFICATE   TLS certificate chain, PEM file; with …_CERTIFICATE_KEY its private key
    FAELLESLEDELSE_PUBLIC_URL    the https address people use, when a proxy ends TLS in front of the server
    FAELLESLEDELSE_PROXY         the address that proxy connects from; requests from elsewhere are refused
    FAELLESLEDELSE_SMTP          host:port of the mail server; without it mails are put in the folder "udbakke"
    FAELLESLEDELSE_SENDER        sender address of those mails
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from .errors import SettingsError

PREFIX = "FAELLESLEDELSE_"
OURS = {"SOCKET"}
"""What the server itself tells the processes it starts. Not for people, but no mistake where it is inherited."""

_HOST_AND_PORT = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")


@dataclass(frozen=True)
class Settings:
    """What the environment says, checked."""

    data: Path
    database: str
    address: str = "127.0.0.1"
    port: int = 8866
    certificate: Path | None = None
    certificate_key: Path | None = None
    public_url: str | None = None
    proxy: str | None = None
    smtp: str | None = None
    sender: str = "faellesledelse@localhost"
    backup: Path | None = None

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.certificate_key is None):
            raise SettingsError(
                "Et certifikat og dets nøgle hører sammen. Sæt både FAELLESLEDELSE_CERTIFICATE og "
                "FAELLESLEDELSE_CERTIFICATE_KEY."
            )
        if (self.public_url is None) != (self.proxy is None):
            raise SettingsError(
                "Bag en proxy skal serveren kende både adressen udadtil og proxyens egen. Sæt både "
                "FAELLESLEDELSE_PUBLIC_URL og FAELLESLEDELSE_PROXY."
            )
        if self.public_url is not None and not _is_origin(self.public_url):
            raise SettingsError(
                f"FAELLESLEDELSE_PUBLIC_URL er {self.public_url!r}. Skriv den som https://ledelse.kommune.example: med små "
                "bogstaver og intet efter navnet, højst en port, der ikke er 443."
            )
        if self.proxy is not None and not _is_address(self.proxy):
            raise SettingsError(f"FAELLESLEDELSE_PROXY er {self.proxy!r}. Skriv proxyens IP-adresse, uden port.")
        if self.smtp is not None and not _HOST_AND_PORT.fullmatch(self.smtp):
            raise SettingsError(
                f"FAELLESLEDELSE_SMTP er {self.smtp!r}. Skriv mailserverens navn, med eller uden port: "
                "post.kommune.example:25."
            )
        if self.backup is not None and self.backup.resolve().is_relative_to(self.data.resolve()):
            raise SettingsError(
                f"FAELLESLEDELSE_BACKUP er {str(self.backup)!r} og ligger i datamappen. Vælg en mappe på en anden disk, som "
                "ikke går tabt sammen med den."
            )
        if not self.secure and not is_loopback(self.address):
            raise SettingsError(
                f"Serveren taler ikke ukrypteret http på {self.address}: Adgangssætninger ville kunne læses undervejs, og "
                "browseren kan ikke gemme sikkert. Giv den et certifikat (FAELLESLEDELSE_CERTIFICATE og "
                "FAELLESLEDELSE_CERTIFICATE_KEY), eller stil den bag en proxy (FAELLESLEDELSE_PUBLIC_URL og "
                "FAELLESLEDELSE_PROXY)."
            )

    @property
    def operator_token(self) -> Path:
        """The file with which the command line shows a running server that it may ask. Made anew at every start."""
        return self.data / "driftsnøgle"

    @property
    def secure(self) -> bool:
        """Whether people reach the server by https."""
        return self.certificate is not None or self.public_url is not None

    @property
    def origin(self) -> str:
        """The origin of every page: scheme, host and port."""
        if self.public_url is not None:
            return self.public_url.rstrip("/")
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of ``environment`` (default: the process's own). Raises SettingsError, also for one that is misspelt."""
    environment = os.environ if environment is None else environment
    values = {key.removeprefix(PREFIX): value for key, value in environment.items() if key.startswith(PREFIX) and value}
    _check_names(values)
    data = Path(values.get("DATA", "data")).absolute()
    port = values.get("PORT", "8866")
    if not (port.isdecimal() and 1 <= int(port) <= 65535):
        raise SettingsError(f"FAELLESLEDELSE_PORT er {port!r}. Skriv et tal fra 1 til 65535.")
    return Settings(
        data=data,
        database=values.get("DATABASE", f"sqlite:///{data / 'faellesledelse.sqlite'}"),
        address=values.get("ADDRESS", "127.0.0.1"),
        port=int(port),
        certificate=_file(values, "CERTIFICATE"),
        certificate_key=_file(values, "CERTIFICATE_KEY"),
        public_url=values.get("PUBLIC_URL"),
        proxy=values.get("PROXY"),
        smtp=values.get("SMTP"),
        sender=values.get("SENDER", "faellesledelse@localhost"),
        backup=_folder(values, "BACKUP"),
    )


def _check_names(values: dict[str, str]) -> None:
    known = {field.name.upper() for field in fields(Settings)}
    for name in sorted(values.keys() - known - OURS):
        near = get_close_matches(name.upper(), sorted(known), 1)
        raise SettingsError(
            f"Indstillingen {PREFIX}{name} findes ikke. "
            + (f"Mente du {PREFIX}{near[0]}? Ret navnet, eller fjern den." if near else "Ret navnet, eller fjern den.")
        )


def _file(values: dict[str, str], name: str) -> Path | None:
    if name not in values:
        return None
    path = Path(values[name])
    if not os.path.isfile(path):  # not Path.is_file, which raises where the folder is closed to us
        raise SettingsError(
            f"FAELLESLEDELSE_{name} er {values[name]!r}, og den fil findes ikke, eller serveren må ikke se den. "
            "Ret stien, eller giv serverens bruger adgang til mappen."
        )
    return path


def _folder(values: dict[str, str], name: str) -> Path | None:
    if name not in values:
        return None
    path = Path(values[name]).absolute()
    if not (path.is_dir() and os.access(path, os.W_OK)):
        raise SettingsError(
            f"FAELLESLEDELSE_{name} er {values[name]!r}, og den mappe findes ikke, eller serveren må ikke skrive i den. "
            "Lav mappen, eller giv serverens bruger adgang til den (under systemd også i ReadWritePaths)."
        )
    return path


def is_loopback(host: str) -> bool:
    """Whether a host, as an address or in a Host header, is this machine itself."""
    return host == "localhost" or (_is_address(host.strip("[]")) and ipaddress.ip_address(host.strip("[]")).is_loopback)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_origin(url: str) -> bool:
    """Whether a browser would write that origin just so, but for a stroke at the end."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port not in (None, 443) else ""
    except ValueError:
        return False
    return bool(parts.hostname) and url.removesuffix("/") == f"https://{parts.hostname}{port}"
