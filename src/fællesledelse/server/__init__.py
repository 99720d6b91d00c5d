"""The server: the only process that touches the store."""
