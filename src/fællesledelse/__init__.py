"""fællesledelse: the workbook in which public leaders write their personal leadership foundation."""

import sys

# Jupyter's notebook format and its log of events check against schemas, and import a grammar of internet addresses for that,
# which takes a second to make. No schema here asks for it, and they do without it where it isn't installed.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
