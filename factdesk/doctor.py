"""Looks at everything a desk needs and says, one line a check, what is wrong and what to do about it."""

import importlib.metadata
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from factdesk.errors import FactdeskError
from factdesk.settings import Settings

IMPORT_NAMES = ("factdesk", "crawlers", "nlp", "index", "dashboards")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one check found."""

    name: str
    well: bool
    words: str


def examine(settings: Settings) -> Iterator[Diagnosis]:
    """Run every check; one that fails never stops the next."""
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("python", _python),
        ("import names", _names),
        ("data folder", _data),
        ("store", _store),
        ("archive", _archive),
        ("index", _index),
        ("encoder", _encoder),
        ("contact", _contact),
        ("alerts", _alerts),
    )
    for name, check in checks:
        try:
            yield Diagnosis(name, well=True, words=check(settings))
        except FactdeskError as error:
            yield Diagnosis(name, well=False, words=str(error))
        except Exception as error:  # noqa: BLE001 # a check that breaks is itself a finding
            yield Diagnosis(name, well=False, words=f"{type(error).__name__}: {error}")


def foreign_owners() -> dict[str, str]:
    """Return import names of ours that another installed distribution owns, with that distribution's name."""
    owners = importlib.metadata.packages_distributions()
    return {
        name: other for name in IMPORT_NAMES for other in owners.get(name, ()) if other.replace("_", "-").lower() != "factdesk"
    }


def _python(settings: Settings) -> str:
    del settings
    return f"Python {sys.version.split()[0]}, factdesk {importlib.metadata.version('factdesk')}"


def _names(settings: Settings) -> str:
    del settings
    if owners := foreign_owners():
        told = ", ".join(f"{name} by {owner}" for name, owner in owners.items())
        raise FactdeskError(
            f"Import names of Factdesk are taken: {told}.", remedy="Install Factdesk in an environment of its own."
        )
    return "ours alone"


def _data(settings: Settings) -> str:
    settings.data.mkdir(parents=True, exist_ok=True)
    if not os.access(settings.data, os.W_OK):
        raise FactdeskError(f"{settings.data} cannot be written.", remedy="Check its owner and permissions.")
    room = os.statvfs(settings.data)
    free = room.f_bavail * room.f_frsize / 1e9
    if free < 1:
        raise FactdeskError(f"{settings.data} has {free:.1f} GB left.", remedy="Make room before the disk is full.")
    return f"{settings.data}, {free:.0f} GB free"


def _store(settings: Settings) -> str:
    from factdesk.store.database import open_store, schema_version  # noqa: PLC0415 # a broken part must not break the rest

    engine = open_store(settings.store)
    try:
        present, known = schema_version(engine)
    finally:
        engine.dispose()
    if present != known:
        raise FactdeskError(f"The tables are of version {present}, the program knows {known}.", remedy="Update Factdesk.")
    return f"{engine.url.render_as_string(hide_password=True)}, version {present}"


def _archive(settings: Settings) -> str:
    files = sorted(settings.archive.glob("*.warc.gz")) if settings.archive.exists() else []
    return f"{len(files)} WARC files, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB"


def _index(settings: Settings) -> str:
    from index import Server, open_index  # noqa: PLC0415 # a broken part must not break the rest
    from index.rebuild import look_at_index  # noqa: PLC0415 # the same

    dim, server = settings.check.dimensions, Server.of(settings)
    index = open_index(settings.index, dim=dim, server=server)
    try:
        counts = index.counts()
    finally:
        index.close()
    state = look_at_index(settings.index, dim=dim, server=server)
    if state.complaints:
        raise FactdeskError(" ".join(state.complaints), remedy="See factdesk index status.")
    held = ", ".join(f"{number} {kind.value}" for kind, number in counts.items())
    begun = "; a rebuild is under way or was cut off: factdesk index rebuild goes on with it" if state.unfinished else ""
    return f"{state.engine}, {held}{begun}"


def _encoder(settings: Settings) -> str:
    from nlp.encoders import load_encoder  # noqa: PLC0415 # a broken part must not break the rest

    encoder = load_encoder(settings.check.encoder)
    encoder(["ready"])
    return f"{encoder.name}, {encoder.dim} dimensions"


def _contact(settings: Settings) -> str:
    if not settings.collector.contact:
        raise FactdeskError(
            "collector.contact is empty: real hosts are not polled without it.",
            remedy="Set an address or URL that sites can reach you under.",
        )
    return settings.collector.contact


def _alerts(settings: Settings) -> str:
    from factdesk.store.database import open_store  # noqa: PLC0415 # a broken part must not break the rest
    from factdesk.store.saved_searches import every_one  # noqa: PLC0415 # the same

    engine = open_store(settings.store)
    try:
        searches = [search for search, _ in every_one(engine)]
    finally:
        engine.dispose()
    if any(search.wanted.email for search in searches) and not settings.alerts.smtp_host:
        raise FactdeskError(
            "Saved searches ask for e-mail, and no mail server is set.", remedy="Set alerts.smtp_host and alerts.mail_from."
        )
    return f"{len(searches)} saved searches, mail through {settings.alerts.smtp_host or 'no server'}"
