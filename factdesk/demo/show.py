"""The demo as one piece: the invented world's servers, a desk of its own in a folder of its own, and its logins."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from factdesk.demo.server import DemoServer
from factdesk.demo.world import load_world
from factdesk.serve import with_free_port
from factdesk.settings import CollectorSettings, Settings, load_settings
from factdesk.store import sources
from factdesk.store.database import open_store, writing
from factdesk.store.sources import NewSource
from factdesk.store.users import add_user

_DELAY_S = 0.25  # the demo's own servers may be asked faster than real ones
_INTERVAL_S = 300
_LOGINS = (
    ("analyst", "Ada, analyst", "analyst"),
    ("editor", "Ebo, editor", "editor"),
    ("second", "Sona, second editor", "editor"),
    ("approver", "Aro, approver", "approver"),
    ("manager", "Mika, manager", "manager"),
    ("admin", "Dara, administrator", "administrator"),
    ("reader", "Rim, read-only", "read-only"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """One of the demo's logins, with its password in clear: it opens nothing but the demo."""

    name: str
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class Show:
    """A demo that is ready to run: settings of its desk, its logins, and the server of its world."""

    settings: Settings
    logins: tuple[Login, ...]
    server: DemoServer


@contextmanager
def stage(*, port: int = 0, data: Path | None = None, now: datetime | None = None) -> Iterator[Show]:
    """Serve the demo world and give a desk with its sources and logins; everything is gone at the end unless ``data`` is given.

    ``port`` is the desk's (0: any free one). Raises ``SettingsError`` when it is taken.
    """
    with tempfile.TemporaryDirectory(prefix="factdesk-demo-") as folder, DemoServer(load_world(), now=now) as server:
        settings = _settings(data or Path(folder), port=port)
        engine = open_store(settings.store)
        with writing(engine) as connection:
            for s in server.sources():
                new = NewSource(s.kind, s.url, s.name, role=s.role, language=s.language, event=s.event, interval_s=_INTERVAL_S)
                sources.add(connection, new, now=datetime.now(UTC))
        logins = tuple(_login(engine, *login) for login in _LOGINS)
        engine.dispose()
        yield Show(settings, logins, server)


def _settings(data: Path, *, port: int) -> Settings:
    base = load_settings(
        data=data,
        store="",
        index="",
        log_level="error",
        collector=CollectorSettings(contact="demo@factdesk.localhost", delay_s=_DELAY_S, allow_private_hosts=("*.localhost",)),
    )
    desk = base.desk.model_copy(update={"host": "127.0.0.1", "port": port, "name": "Factdesk demo", "base_url": ""})
    return with_free_port(base.model_copy(update={"desk": desk}))


def _login(engine: Engine, name: str, shown: str, role: str) -> Login:  # noqa: PLR0917 # a row of the table above
    password = f"{name}-demo"
    add_user(engine, name=name, display_name=shown, role=role, password=password, at=datetime.now(UTC))
    return Login(name, role, password)
