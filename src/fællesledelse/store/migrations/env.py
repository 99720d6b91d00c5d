"""Alembic runs this for every command; the connection comes from ``migration.py``, already in its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
