"""The server: the only process that touches the store."""

import sys

# Jupyter's event log checks the grammar of internet addresses, if it can, and making that grammar takes half of a server's
# start. No event here has an address. None means "not installed" to whoever imports it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
