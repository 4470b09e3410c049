"""The line's parts, opened once and passed down: store, archive, index, models, sources."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from crawlers import Archive
from factdesk.errors import SettingsError
from factdesk.records import Source
from factdesk.settings import Settings
from factdesk.store import documents as stored
from factdesk.store.database import open_store, reading
from factdesk.store.narratives import members
from factdesk.store.sources import list_sources
from index import Server, open_index, open_late
from index.base import SearchIndex
from nlp.base import ClaimFinder, Encoder, Matcher
from nlp.claims import load_claim_finder
from nlp.desk_heads import taught
from nlp.duplicates import DuplicateFinder
from nlp.encoders import CachedEncoder, load_encoder, understood
from nlp.match import load_matcher
from nlp.narratives import Member, NarrativeBuilder

_REMEMBERED = timedelta(days=14)  # how far back copies and narratives are looked for


@dataclass(slots=True)
class Line:
    """Everything a stage needs. Not shared between processes; ``close()`` it."""

    settings: Settings
    engine: Engine
    archive: Archive
    index: SearchIndex
    encoder: Encoder
    find_claims: ClaimFinder
    match: Matcher
    duplicates: DuplicateFinder
    narratives: NarrativeBuilder
    _sources: dict[int, Source] = field(default_factory=dict)

    def source(self, source_id: int) -> Source:
        """Return a source; looks into the store once for one that is new. Raises ``KeyError`` for an unknown one."""
        if source_id not in self._sources:
            self._sources = {source.id: source for source in list_sources(self.engine)}
        return self._sources[source_id]

    def close(self) -> None:
        """Release files and connections."""
        self.index.close()
        self.engine.dispose()


def open_line(settings: Settings, *, threads: int = 2, patient: bool = False) -> Line:
    """Open the store, the archive and the index and load the models; ``threads`` encode beside each other.

    A ``patient`` line opens while the index is away: what needs it raises ``IndexUnavailableError`` until it answers.
    Raises a ``FactdeskError`` that says what is missing.
    """
    engine = open_store(settings.store)
    encoder = CachedEncoder(load_encoder(settings.check.encoder, threads=threads))
    _check_dimensions(encoder, settings)
    duplicates, narratives = DuplicateFinder(), NarrativeBuilder()
    with reading(engine) as connection:
        since = datetime.now(UTC) - _REMEMBERED
        duplicates.resume(stored.signatures(connection, since=since))
        narratives.resume(
            Member(told.id, told.text, understood(encoder, told.vector, told.language), told.published_at, told.narrative_id)
            for told in members(connection, since=since)
        )
    finder = load_claim_finder(encoder, limit=settings.check.claims_per_document)
    find, match = taught(finder, load_matcher(encoder), folder=settings.trained)
    return Line(
        settings=settings,
        engine=engine,
        archive=Archive(settings.archive),
        index=(open_late if patient else open_index)(settings.index, dim=encoder.dim, server=Server.of(settings)),
        encoder=encoder,
        find_claims=find,
        match=match,
        duplicates=duplicates,
        narratives=narratives,
    )


def _check_dimensions(encoder: Encoder, settings: Settings) -> None:
    """The desk opens the index without loading the encoder: the settings must say how long its vectors are."""
    if encoder.dim != settings.check.dimensions:
        raise SettingsError(
            f"The encoder {encoder.name} gives {encoder.dim} numbers, check.dimensions says {settings.check.dimensions}.",
            remedy=f"Set check.dimensions = {encoder.dim}, with a data folder of its own: two encoders do not compare.",
        )
