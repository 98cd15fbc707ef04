"""Runs revisions on the connection that the caller opened."""

from alembic import context
from sqlalchemy import Connection

from server.polres.store.tables.columns import METADATA

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError(connection)
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
