"""How alembic runs a migration: on the connection it is given, inside that connection's unit of work."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes.get("target_metadata"),
    render_as_batch=True,  # SQLite cannot alter a table: it is copied
)
with context.begin_transaction():
    context.run_migrations()
