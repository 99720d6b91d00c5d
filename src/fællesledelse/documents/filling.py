"""Fills in a Word template. Run as a program of its own, by ``word``, with an empty environment: it holds no keys.

Takes JSON on stdin – template (base64), fields, title, author – and writes the Word file to stdout. Imports nothing of
this package, so nothing of it is in reach of a template.
"""

import base64
import io
import json
import sys
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY = 1_000_000_000
SECONDS = 20

_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If)


class Fence(ImmutableSandboxedEnvironment):
    """Jinja with fields, loops over them and conditions, and nothing else: no calls, no filters, no literals."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, extensions=[])
        for reachable in (self.globals, self.filters, self.tests):
            reachable.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Called by Jinja for each part of the document, before anything of it is compiled."""
        tree = super()._parse(source, name, filename)
        stray = next((node for node in tree.find_all(nodes.Node) if not isinstance(node, _ALLOWED)), None)
        if stray is not None:
            raise SecurityError(f"a template may not have {type(stray).__name__}")
        return tree


def fence_in() -> None:
    """Bound memory and time, and open no more files. Windows has no such bounds; there only the patience holds."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def filled(template: io.BytesIO | None, fields: dict[str, Any], title: str, author: str) -> bytes:
    """The Word file, with ``title`` and ``author`` as the document's own. Without a template: an empty document."""
    document = DocxTemplate(template)
    document.render(fields, Fence())
    properties = document.docx.core_properties
    properties.title, properties.author, properties.last_modified_by = title[:255], author[:255], author[:255]
    properties.language = "da-DK"
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


if __name__ == "__main__":
    asked = json.load(sys.stdin.buffer)
    filled(None, {}, "", "")  # whatever Python reads late, it has read before the fence is up
    fence_in()
    template = io.BytesIO(base64.b64decode(asked["template"]))
    sys.stdout.buffer.write(filled(template, asked["fields"], asked["title"], asked["author"]))
