"""Pages of a search on a server: one request a page, and a view of the index that is frozen behind the first one.

A view takes two more requests, one to open and one to close it. Most pages are the only one that is looked at, so the first is
searched as the index is, and where more was found the view is opened while its hits are made ready. What arrives in that
moment may lie before or behind the last hit shown: the next page begins behind that hit, wherever the view has it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from index._asking import Asked, meanings_of, read_query
from index._cursor import Cursor, write_cursor
from index._dsl import Alike, search_clause
from index._elastic_page import aggregations, to_bars, to_facets, to_hit
from index._mapping import Json
from index._passages import unit_vector
from index._similar import likest, nearest, weighed
from index.base import Meaning, Page, Query, Sort

_KEEP_ALIVE = "5m"
_WHOLE = "dfs_query_then_fetch"  # a word is as rare as it is in all indices together, wherever an entry lies
_GONE = (404, 503)  # a view of indices that were exchanged for others
_PAST = 2**62  # a frozen view breaks ties by place too; ids are unique, so any place lies before this one
_DEEPEST = 10_000  # what `max_result_window` lets a page begin by its number
_MARGIN = 5
Body = dict[str, Json]
Found = Sequence[Mapping[str, Any]]


class Reader:
    """Searches by one client, for vectors of ``dim`` numbers. Raises what the client raises."""

    def __init__(self, client: Elasticsearch, *, dim: int) -> None:
        self._client = client
        self._dim = dim
        self._behind = ThreadPoolExecutor(2, thread_name_prefix="factdesk-views")

    def close(self) -> None:
        """Wait for what is still under way."""
        self._behind.shutdown()

    def page(self, query: Query, *, where: str) -> Page:
        """Return one page of what ``query`` finds in the indices ``where``. Raises `QueryError`."""
        asked = read_query(query)
        alike = {text: self._alike(meaning, where=where) for text, meaning in meanings_of(asked).items()}
        ranked = query.sort is Sort.RELEVANCE and bool(asked.words or alike)
        answer = self._ask(_request(asked, alike, ranked=ranked), asked, where=where, ranked=ranked)
        found, shown = _following(answer["hits"]["hits"], asked, ranked=ranked)
        total, counted = int(answer["hits"]["total"]["value"]), answer["aggregations"]
        opening = self._view(str(answer.get("pit_id", "")), where=where, ends=not found or shown >= total)
        leaves = asked.leaves
        hits = [
            to_hit(one["_source"], leaves, similar=_like(one["_id"], alike), score=float(one["sort"][0]) if ranked else 0.0)
            for one in found
        ]
        cursor = None
        if opening is not None:
            score, at, last = found[-1]["sort"][:3] if ranked else (0.0, *found[-1]["sort"][:2])
            cursor = write_cursor(query, Cursor(opening.result(), shown, float(score), int(at), str(last), asked.at))
        return Page(tuple(hits), total, to_facets(counted), to_bars(counted, query), cursor)

    def _ask(self, body: Body, asked: Asked, *, where: str, ranked: bool) -> Mapping[str, Any]:
        """Search the frozen view, or what is there now when there is none, or none any more."""
        kind = _WHOLE if ranked else None
        if asked.cursor is not None and asked.cursor.snapshot:
            pit: Body = {"id": asked.cursor.snapshot, "keep_alive": _KEEP_ALIVE}
            after = body.get("search_after")
            frozen = body | {"pit": pit} | ({"search_after": [*after, _PAST]} if isinstance(after, list) else {})
            try:
                return dict(self._client.search(body=frozen, search_type=kind).body)
            except ApiError as error:
                if error.status_code not in _GONE:
                    raise
        return dict(self._client.search(index=where, body=body, search_type=kind).body)

    def _view(self, held: str, *, where: str, ends: bool) -> Future[str] | None:
        """Return the view that the next page is read from, opened behind the caller's back when none is ``held``.

        Where the list ``ends`` there is none; the one held is closed in the same way (it would end by itself, too).
        """
        if ends:
            if held:
                self._behind.submit(self._client.options(ignore_status=404).close_point_in_time, id=held)
            return None
        if not held:
            return self._behind.submit(self._open, where)
        known: Future[str] = Future()
        known.set_result(held)
        return known

    def _open(self, where: str) -> str:
        return str(self._client.open_point_in_time(index=where, keep_alive=_KEEP_ALIVE)["id"])

    def _alike(self, meaning: Meaning, *, where: str) -> dict[str, float]:
        """Return the claims and passages that mean about the same, and the documents of these claims, with the cosine."""
        vector = unit_vector(meaning.vector)
        if vector is None or vector.shape != (self._dim,):
            return {}
        near = self._client.search(index=where, body=nearest(vector.tolist()))["hits"]["hits"]
        ids = [str(one["_id"]) for one in near]
        found = self._client.search(index=where, body=weighed(vector.tolist(), ids))["hits"]["hits"] if ids else []
        return likest([(float(one["_score"]), str(one["_id"]), one["_source"]) for one in found])


def _request(asked: Asked, alike: Alike, *, ranked: bool) -> Body:
    """Return the search of a page: by relevance, or, where all hits are as good, the newest first."""
    order: list[Json] = [{"_score": "desc"}, {"instant": "desc"}, {"key": "asc"}]
    return {
        "query": search_clause(asked.query, asked.tree, words=asked.words, alike=alike),
        "track_total_hits": True,
        "sort": order if ranked else order[1:],
        "aggs": aggregations(asked.query),
        **_place(asked, ranked=ranked),
    }


def _place(asked: Asked, *, ranked: bool) -> Body:
    """Return where the page lies: a ranked one by its number, the second with some hits around it (its view is a new one)."""
    last, limit = asked.cursor, asked.query.limit
    if last is None:
        return {"size": limit}
    if not ranked or last.offset + limit + _MARGIN > _DEEPEST:
        return {"size": limit, "search_after": [*([last.score] if ranked else []), last.instant, last.id]}
    before = _before(asked, ranked=ranked)
    return {"from": last.offset - before, "size": limit + (before + _MARGIN if before else 0)}


def _before(asked: Asked, *, ranked: bool) -> int:
    """Return how many hits before the page come with it."""
    last = asked.cursor
    return min(last.offset, _MARGIN) if ranked and last is not None and last.offset == asked.query.limit else 0


def _following(found: Found, asked: Asked, *, ranked: bool) -> tuple[Found, int]:
    """Return the hits of the page, those behind the last one shown, and how many lie up to its end."""
    before, begun = _before(asked, ranked=ranked), 0 if asked.cursor is None else asked.cursor.offset
    moved = [at + 1 for at, one in enumerate(found) if before and asked.cursor and one["_id"] == asked.cursor.id]
    first = moved[0] if moved else before
    page = found[first:][: asked.query.limit]
    return page, begun - before + first + len(page)


def _like(name: str, alike: Alike) -> list[str]:
    return [text for text, names in alike.items() if name in names]
