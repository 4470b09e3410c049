from sqlalchemy import Engine, select

from factdesk.records import Reach, digest_id
from factdesk.store import reach
from factdesk.store.database import reading, writing
from factdesk.store.tables import documents
from tests.stores import add_passage

DAM = digest_id("document", "https://check.example/1", "The dam holds.")


def test_counts_of_known_posts_follow_and_what_did_not_change_is_not_written(store: Engine) -> None:
    add_passage(store, "The dam holds.")
    counts = {DAM: Reach(3, 2, 2**31 - 1)} | {digest_id("document", str(number)): Reach(1) for number in range(1200)}
    with writing(store) as connection:
        assert reach.refresh(connection, counts) == 1
        assert reach.refresh(connection, counts) == 0
        assert reach.refresh(connection, {DAM: Reach(3, 2, 7)}) == 1
        assert reach.refresh(connection, {}) == 0
    with reading(store) as connection:
        row = connection.execute(select(documents.c.replies, documents.c.shares, documents.c.likes)).one()
    assert tuple(row) == (3, 2, 7)
