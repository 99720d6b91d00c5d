"""What an organisation must have in writing before it begins, as Word drafts filled in from its own configuration.

The text stands in ``templates/organisation`` as Markdown with a few placeholders, for people who know the law and not
Python. Names of people never get here: of the roster only numbers are used, of the database's address no password.
"""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2 import nodes
from markupsafe import Markup
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from ..danish import day, listed
from ..errors import DocumentError
from ..model import GatheringKind, Manifest, Role, Roster
from ..names import nearest
from ..settings import Settings
from ..share import share
from .foundation import line
from .organisation_word import document

TEMPLATES: Final = "templates/organisation"

_MARKS = {ord(mark): f"\\{mark}" for mark in "\\`*_{}[]()<>#+-.!|&~=:\"'/@"}
_PARTIAL = "_"


def organisation_documents(
    manifest: Manifest, roster: Roster, settings: Settings, folder: Path | None = None
) -> dict[str, bytes]:
    """The Word files by name, in their order: "1-privatlivsmeddelelse.docx" and so on.

    ``folder`` holds other texts than the packaged ones. Raises DocumentError with file and line where a text is wrong.
    Same input, same bytes.
    """
    about, author = line(f"{manifest.name}, {manifest.organisation}"), line(manifest.organisation)
    texts = organisation_texts(manifest, roster, settings, folder)
    return {f"{name.removesuffix('.md')}.docx": _document(name, text, about, author) for name, text in texts.items()}


def organisation_texts(manifest: Manifest, roster: Roster, settings: Settings, folder: Path | None = None) -> dict[str, str]:
    """What stands in the Word files, as Markdown: "1-privatlivsmeddelelse.md" and so on. Otherwise the same."""
    texts = jinja2.FileSystemLoader(folder or share(TEMPLATES))
    environment = _environment(texts)
    facts = _facts(manifest, roster, settings)
    _check(environment, texts, facts)
    names = (name for name in environment.list_templates(["md"]) if not name.startswith(_PARTIAL))
    return {name: _filled(environment, name, facts) for name in names}


def _environment(texts: jinja2.BaseLoader) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=texts,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_quoted,
        keep_trailing_newline=True,
    )
    environment.filters["ordret"] = _verbatim
    return environment


def _quoted(value: object) -> object:
    """Called by Jinja for every value that is put in: what people wrote is one line of text and never Markdown."""
    return line(value).translate(_MARKS) if isinstance(value, str) and not isinstance(value, Markup) else value


def _verbatim(value: str) -> Markup:
    """The filter ``ordret``, for values in code, where Markdown has no way to quote."""
    return Markup(line(str(value)).replace("`", "'"))  # no HTML: it keeps the value from being quoted


def _check(environment: jinja2.Environment, texts: jinja2.BaseLoader, facts: dict[str, Any]) -> None:
    """Every placeholder of every text, also where this configuration would not meet it. Raises DocumentError."""
    for name in environment.list_templates(["md"]):
        try:
            tree = environment.parse(texts.get_source(environment, name)[0])
            environment.get_template(name)
        except jinja2.TemplateSyntaxError as problem:
            raise DocumentError(
                f"{name}, linje {problem.lineno}: Pladsholderen kan ikke læses ({problem.message})."
            ) from problem
        own = {each.name for each in tree.find_all(nodes.Name) if each.ctx == "store"}
        for each in tree.find_all(nodes.Name):
            if each.name not in own | facts.keys():
                known = f"De, der findes, er {listed(sorted(facts))}."
                what = f"Pladsholderen {each.name!r} findes ikke.{nearest(each.name, facts)}"
                raise DocumentError(f"{name}, linje {each.lineno}: {what} {known}")


def _filled(environment: jinja2.Environment, name: str, facts: dict[str, Any]) -> str:
    try:
        return environment.get_template(name).render(facts)
    except jinja2.TemplateError as problem:
        raise DocumentError(f"{name}: Teksten kan ikke udfyldes ({problem}). Se pladsholderne efter.") from problem


def _document(name: str, text: str, about: str, author: str) -> bytes:
    try:
        return document(text, about, author)
    except DocumentError as problem:
        raise DocumentError(f"{name}: {problem}") from problem


def _facts(manifest: Manifest, roster: Roster, settings: Settings) -> dict[str, Any]:
    """Every placeholder with what it stands for. An empty text or None is something that is not there."""
    return _about_cohort(manifest) | _about_people(roster) | _about_privacy(manifest) | _about_server(settings)


def _about_cohort(manifest: Manifest) -> dict[str, Any]:
    fields = {field.key: field for step in manifest.steps for field in step.fields}
    return {
        "hold": manifest.gathering,
        "navn": manifest.name,
        "organisation": manifest.organisation,
        "starter": day(manifest.starts),
        "slutter": day(manifest.ends) if manifest.ends else "",
        "trin": [(step.title, day(step.opens or manifest.starts), str(step.minutes)) for step in manifest.way],
        "forløb": manifest.kind is GatheringKind.PROGRAMME,
        "netværk": manifest.kind is GatheringKind.NETWORK,
        "antal_trin": len(manifest.way),
        "felter": len(fields),
        "private_felter": sum(field.private for field in fields.values()),
        "nøgle_i_pengeskab": manifest.safe_key is not None,
    }


def _about_people(roster: Roster) -> dict[str, Any]:
    leaders = [person for person in roster.participants if person.role is Role.LEADER]
    groups = Counter(person.group for person in leaders if person.group)
    sizes = sorted(Counter(groups.values()).items())
    return {
        "ledere": len(leaders),
        "facilitatorer": len(roster.participants) - len(leaders),
        "grupper": len(groups),
        "størrelser": listed([f"{count} med {size}" for size, count in sizes]),
    }


def _about_privacy(manifest: Manifest) -> dict[str, Any]:
    notice = manifest.privacy
    return {
        "dataansvarlig": notice.controller,
        "formål": notice.purpose,
        "retsgrundlag": notice.legal_basis,
        "kategorier": notice.categories,
        "modtagere": notice.recipients,
        "opbevaring": notice.retention,
        "kontakt": notice.contact,
    }


def _about_server(settings: Settings) -> dict[str, Any]:
    sqlite, place = _database(settings.database)
    return {
        "sqlite": sqlite,
        "database_sted": place,
        "data": str(settings.data),
        "adresse": settings.origin,
        "lytter": settings.address,
        "port": settings.port,
        "https": settings.secure,
        "certifikat": str(settings.certificate or ""),
        "certifikatnøgle": str(settings.certificate_key or ""),
        "offentlig_adresse": settings.public_url or "",
        "proxy": settings.proxy or "",
        "smtp": settings.smtp or "",
        "afsender": settings.sender,
        "kopier": str(settings.backup or ""),
    }


def _database(address: str) -> tuple[bool, str]:
    """Whether it is SQLite, and where it is, without user and password. Raises DocumentError."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # its message would show the password
        raise DocumentError("Databasens adresse kan ikke læses. Se FAELLESLEDELSE_DATABASE efter.") from None
    if url.get_backend_name() == "sqlite":
        return True, str(url.database)
    host = url.host or url.query.get("host") or "serveren selv"
    return False, f"{url.database} på {host}"
