"""Runs the store's migrations. Apart from ``database``, because Alembic takes longer to load than all else of the store."""

from importlib import resources

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def alembic_config() -> Config:
    """Return Alembic's settings: where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("factdesk.store") / "migrations"))
    return config


def upgrade(connection: Connection) -> None:
    """Bring the tables behind ``connection``, which is in a write transaction, to this version."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
