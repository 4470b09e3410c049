"""Alembic's entry: runs the migrations on the connection that ``factdesk.store.database`` hands over."""

from alembic import context

from factdesk.store import alert_tables, editing, staff_tables, tables_work  # noqa: F401 # their tables are on the same metadata
from factdesk.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=False,
)
with context.begin_transaction():
    context.run_migrations()
