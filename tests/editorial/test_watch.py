"""The evidence watch: what was cited is kept, what became of it is noticed, and a person settles it."""

from alembic import command
from sqlalchemy import Engine, select

from factdesk.store.database import _alembic, reading, writing
from factdesk.store.tables import citations
from tests.editorial.conftest import Room
from tests.editorial.test_statements import published


def test_citations_of_the_last_version_keep_what_their_passages_say(room: Room) -> None:
    made = published(room)
    for version, change in (("0003", command.downgrade), ("head", command.upgrade)):
        config = _alembic()
        with writing(room.engine) as connection:
            config.attributes["connection"] = connection
            change(config, version)
    kept = snapshot(room.engine)
    passage = made.citations[0].passage
    assert (kept["text"], kept["detail"], kept["rating"]) == (passage.text, passage.detail, passage.rating)
    assert kept["published_at"] == "2026-03-04T12:00:00+00:00"
    assert kept["document_id"] == passage.document_id


def snapshot(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        return dict(connection.execute(select(citations.c.snapshot)).scalar_one())
