"""What is done with an index on a server as a whole: built beside, brought up to date, looked at, deleted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from index._generation import Generations, part_of
from index._mapping import entry_format
from index._percolator import adapt_standing
from index._server import alias_of, check_version, connect, reachable, standing_of
from index.base import Entry
from index.elastic import ElasticIndex
from index.server import Server
from index.state import IndexPart, IndexState

_BLOCKS = ("read_only_allow_delete", "read_only", "write")


class NextGeneration:
    """A generation that is filled beside the one that serves, and then put in its place."""

    def __init__(self, url: str, *, dim: int, server: Server) -> None:
        """Begin a rebuild, or go on with one that was begun. Raises `IndexUnavailableError`."""
        self.index = ElasticIndex(url, dim=dim, server=server, building=True)

    def fill(self, entries: Sequence[Entry]) -> None:
        """Add those of ``entries`` that the generation does not have: what came meanwhile is newer."""
        self.index.fill(entries)

    def commit(self) -> None:
        """Put the generation in the place of the one that serves, and delete that."""
        self.index.serve()
        self.index.close()

    def abandon(self) -> None:
        """Delete the generation; what serves stays."""
        self.index.abandon()
        self.index.close()

    def close(self) -> None:
        """Release the connection; the generation stays as it is: the next rebuild goes on with it."""
        self.index.close()


def adapt_remote(url: str, *, dim: int, server: Server) -> bool:
    """Bring what can change in place up to the settings; return whether the format is ours, so that this is enough."""
    with reachable(url), connect(url, server) as client:
        check_version(client)
        generations = Generations(client, alias_of(url), dim=dim, server=server)
        if not generations.serving():
            generations.ensure()
        sound = generations.wrong_format() is None
        if sound:
            generations.adapt()
            adapt_standing(client, alias_of(url), replicas=server.replicas)
        return sound


def discard_remote(url: str, *, server: Server) -> None:
    """Delete the index that ``url`` names, with all that belongs to it; none is no error."""
    with reachable(url), connect(url, server) as client:
        client.indices.delete(index=standing_of(alias_of(url)), ignore_unavailable=True)
        Generations(client, alias_of(url), dim=1, server=server).discard()


def look_at_remote(url: str, *, dim: int, server: Server) -> IndexState:
    """Return what is there and what is wrong with it."""
    with reachable(url), connect(url, server) as client:
        version, alias = check_version(client), alias_of(url)
        generations = Generations(client, alias, dim=dim, server=server)
        serving = [name for names in generations.serving().values() for name in names]
        begun = generations.unfinished()
        unfinished = generations.all()[begun] if begun else []
        health = client.cluster.health()
        nodes = f"{health['number_of_nodes']} node{'s' if health['number_of_nodes'] != 1 else ''}"
        wrong = generations.wrong_format() if serving else None
        told = [f"The format is {wrong}, not {entry_format(dim)}: run factdesk index migrate."] if wrong else []
        return IndexState(
            f"Elasticsearch {version}, {nodes}, {health['status']}".replace("  ", " "),
            tuple(_parts(client, serving)),
            tuple(_parts(client, unfinished)),
            (*told, *_complaints(client, [*serving, *unfinished])),
        )


def _parts(client: Elasticsearch, names: Sequence[str]) -> Iterator[IndexPart]:
    if not names:
        return
    stats = client.indices.stats(index=list(names), metric=["docs", "store"])["indices"]
    for name in names:
        total: Mapping[str, Any] = stats[name]["primaries"]
        yield IndexPart(name, int(total["docs"]["count"]), int(total["store"]["size_in_bytes"]))


def _complaints(client: Elasticsearch, names: Sequence[str]) -> Iterator[str]:
    """Yield what keeps indices from being written, copied or rolled over."""
    if not names:
        return
    for name, one in client.indices.get_settings(index=list(names), flat_settings=True).items():
        blocks = [block for block in _BLOCKS if one["settings"].get(f"index.blocks.{block}") == "true"]
        if blocks:
            hint = "its disk is full or was" if blocks == ["read_only_allow_delete"] else "by its lifecycle or by hand"
            yield f"{name} is closed to writing ({', '.join(blocks)}), {hint}."
    items = [name for name in names if part_of(name) == "items"]
    told: Mapping[str, Any] = client.ilm.explain_lifecycle(index=",".join(items))["indices"] if items else {}
    for name, one in told.items():
        if not one["managed"]:
            yield f"{name} has no lifecycle policy: run factdesk index migrate."
        elif one.get("step") == "ERROR":
            yield f"The lifecycle of {name} failed at {one.get('failed_step')}: {one.get('step_info', {}).get('reason')}."
    health: Mapping[str, Any] = client.cluster.health(index=list(names), level="indices")["indices"]
    yield from (f"{name} is red: a part of it is lost or away." for name, one in health.items() if one["status"] == "red")
