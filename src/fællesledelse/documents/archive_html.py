"""The archive's pages: one file each, without scripts and without anything from elsewhere."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from ..danish import day
from .foundation import clean, line, paragraphs
from .material import Archived, Material, Part, Section

_STYLE = """
:root { color-scheme: light; }
body { margin: 0; background: #faf7f1; color: #24272c; font: 1.05rem/1.6 Georgia, Cambria, serif; }
main { box-sizing: border-box; max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; overflow-wrap: break-word; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 500; text-wrap: balance; }
h1 { margin: 0 0 .4rem; font-size: 2rem; }
h2 { margin: 2.6rem 0 .5rem; padding-top: 1.2rem; border-top: 1px solid #e6ded2; font-size: 1.3rem; }
h3 { margin: 1.6rem 0 .4rem; font-size: 1.1rem; }
h4, h5, h6 { margin: 1.2rem 0 .3rem; font-size: 1rem; }
p { margin: 0 0 .8rem; }
.about, .when, summary { color: #5a5f66; font: .85rem/1.5 system-ui, sans-serif; }
.about { margin-bottom: 2rem; }
.when { margin: .8rem 0 .1rem; }
.text { margin: 0 0 1rem; }
.none { color: #5a5f66; font-style: italic; }
details { margin: .4rem 0 1rem; padding-left: 1rem; border-left: 3px solid #e6ded2; }
summary { cursor: pointer; padding: .3rem 0; }
a { color: #1f5c57; text-underline-offset: .18em; }
li { margin-bottom: .4rem; }
@media print { body { background: #fff; } details > * { display: block; } }
"""
_DEEPEST = 6


def page(part: Part, who: str) -> str:
    """A part of the material as an HTML file."""
    sections = "".join(html for section in part.sections for html in _section(section, 2))
    body = f"<h1>{_line(part.title)}</h1>\n<p class='about'>{_line(who)}</p>\n{sections or _nothing()}"
    return _file(part.title, body)


def index(material: Material, parts: Sequence[tuple[Part, str]], who: str) -> str:
    """The page to begin with: what is here, and what is not."""
    links = "".join(f"<li><a href='{escape(name, quote=True)}'>{_line(part.title)}</a></li>\n" for part, name in parts)
    left = "".join(f"<li><strong>{_line(each.what)}.</strong> {_line(each.why)}</li>\n" for each in material.left)
    body = (
        f"<h1>Alt mit fra {_line(material.cohort)}</h1>\n<p class='about'>{_line(who)}</p>\n"
        "<p>Her er det, du har skrevet, og det, andre har givet dig. Hver side ligger også som Word-fil i mappen ved siden "
        "af. Filerne er ikke låst: Den, der har dem, kan læse dem.</p>\n"
        f"<h2>Sider</h2>\n<ul>\n{links}</ul>\n"
    )
    return _file(f"Alt mit fra {material.cohort}", body + (f"<h2>Det er ikke med</h2>\n<ul>\n{left}</ul>\n" if left else ""))


def caption(text: Archived) -> str:
    """Who wrote it and when, on one line; empty where neither is known."""
    return " · ".join(part for part in (line(text.note), line(text.by), day(text.at.date()) if text.at else "") if part)


def _file(title: str, body: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        "<!doctype html>\n<html lang='da'>\n<head>\n<meta charset='utf-8'>\n"
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>{_line(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _section(section: Section, level: int) -> Iterator[str]:
    tag = f"h{min(level, _DEEPEST)}"
    yield f"<{tag}>{_line(section.title)}</{tag}>\n"
    yield from _texts(section.texts)
    if not section.texts and not section.under:
        yield _nothing()
    if section.earlier:
        yield f"<details>\n<summary>{_versions(len(section.earlier))}</summary>\n"
        yield from _texts(section.earlier)
        yield "</details>\n"
    for below in section.under:
        yield from _section(below, level + 1)


def _texts(texts: Iterable[Archived]) -> Iterator[str]:
    for text in texts:
        if caption(text):
            yield f"<p class='when'>{_line(caption(text))}</p>\n"
        blocks = "".join(f"<p dir='auto'>{_lines(block)}</p>\n" for block in paragraphs(text.text))
        yield f"<div class='text'>\n{blocks}</div>\n" if blocks else _nothing()


def _versions(count: int) -> str:
    return "Én tidligere version" if count == 1 else f"{count} tidligere versioner"


def _nothing() -> str:
    return "<p class='none'>Ikke skrevet</p>\n"


def _line(text: str) -> str:
    return escape(line(text))


def _lines(text: str) -> str:
    return escape(clean(text)).replace("\n", "<br>\n")
