"""A desk's indices on a server: generations behind aliases. A rebuild makes a new generation beside the one that serves.

For the prefix ``desk``:

    desk                          reads: every index of the generation that serves
    desk-library                  reads: its library alone
    desk-write                    writes: every index that is kept current (of two generations during a rebuild)
    desk-v4-1-library-000001      fact-checks and evidence of generation 1, behind desk-v4-1-library
    desk-v4-1-items-000001 …      documents and claims by time of arrival; the policy rolls desk-v4-1-items over
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from factdesk.errors import IndexUnavailableError
from index._mapping import VERSION, Json, entry_format, mappings, replication, settings
from index.server import Server

_NAME = re.compile(r"(?P<alias>.+)-v(?P<version>\d+)-(?P<number>\d+)(-(?P<part>library|items)-\d{6,})?\Z")
_PRIORITY = 500
_FIRST = "000001"
# rolled over by size and age, merged when little is written any more, never deleted
_HOT: dict[str, Any] = {"rollover": {"max_primary_shard_size": "30gb", "max_age": "30d"}, "set_priority": {"priority": 100}}
_WARM: dict[str, Any] = {"forcemerge": {"max_num_segments": 1}, "set_priority": {"priority": 50}}
POLICY: dict[str, Any] = {
    "phases": {"hot": {"min_age": "0ms", "actions": _HOT}, "warm": {"min_age": "60d", "actions": _WARM}},
    "_meta": {"made_by": "factdesk"},
}


@dataclass(frozen=True, slots=True, order=True)
class Generation:
    """One whole set of indices, of one format."""

    alias: str
    version: int
    number: int

    @property
    def stem(self) -> str:
        """How the names of its indices begin; also its template's name."""
        return f"{self.alias}-v{self.version}-{self.number}"

    @property
    def library(self) -> str:
        """The alias of its library."""
        return f"{self.stem}-library"

    @property
    def items(self) -> str:
        """The alias through which items are added, and which is rolled over."""
        return f"{self.stem}-items"

    @property
    def target(self) -> str:
        """What to search for all its entries."""
        return f"{self.library},{self.items}"

    @classmethod
    def named(cls, index: str, *, alias: str) -> Self | None:
        """Return the generation that an index is of, by its name."""
        found = _NAME.match(index)
        if found is None or found["alias"] != alias:
            return None
        return cls(alias, int(found["version"]), int(found["number"]))


@dataclass(frozen=True, slots=True)
class Kept:
    """A generation that is kept current: its indices of items, in order, and the one that new items go to."""

    generation: Generation
    items: tuple[str, ...]
    newest: str


def part_of(index: str) -> str:
    """Return what an index holds by its name: library, items, or nothing that is ours."""
    found = _NAME.match(index)
    return "" if found is None else found["part"] or ""


def write_alias(alias: str) -> str:
    """Return the alias of every index that is kept current."""
    return f"{alias}-write"


def library_alias(alias: str) -> str:
    """Return the alias of the library that serves."""
    return f"{alias}-library"


class Generations:
    """The generations of one desk on one server. Raises what the client raises."""

    def __init__(self, client: Elasticsearch, alias: str, *, dim: int, server: Server) -> None:
        self._client = client
        self.alias = alias
        self._dim = dim
        self._server = server

    def all(self) -> dict[Generation, list[str]]:
        """Return every generation with its indices, oldest first, those that serve nothing too."""
        return self._grouped(self._client.indices.get_alias(index=f"{self.alias}-v*"))

    def serving(self) -> dict[Generation, list[str]]:
        """Return the generation behind the read alias with its indices; none before the first was made."""
        try:
            return self._grouped(self._client.indices.get_alias(name=self.alias))
        except NotFoundError:
            return {}

    def kept(self) -> list[Kept]:
        """Return the generations that are kept current. Raises `IndexUnavailableError` when somebody deleted them."""
        try:
            told = self._client.indices.get_alias(name=f"{write_alias(self.alias)},{self.alias}-v*")
        except NotFoundError:
            told = None
        marked = [name for name, one in told.items() if write_alias(self.alias) in one["aliases"]] if told else []
        if not told or not marked:
            raise IndexUnavailableError(
                f"The index {self.alias} is not there any more.", remedy="Run factdesk index rebuild to build it again."
            )
        return [_kept(one, names, told) for one, names in self._grouped(marked).items()]

    def ensure(self) -> None:
        """Make the first generation when none serves. Raises `IndexUnavailableError` for one of another format."""
        found = self.serving()
        if not found:
            self._make(self._first(), serves=True)
        elif (wrong := self.wrong_format()) is not None:
            what = f"The index {self.alias} has format {wrong}, not {entry_format(self._dim)}."
            raise IndexUnavailableError(what, remedy="Run factdesk index migrate to build it again.")

    def wrong_format(self) -> str | None:
        """Return the format of what serves when it is not ours."""
        found = self._client.indices.get_mapping(index=self.alias)
        formats = {str(one["mappings"].get("_meta", {}).get("format")) for one in found.values()}
        return next(iter(sorted(formats - {entry_format(self._dim)})), None)

    def unfinished(self) -> Generation | None:
        """Return the newest generation of this version if it is not the one that serves."""
        serving, mine = self.serving(), [one for one in self.all() if one.version == VERSION]
        return mine[-1] if mine and all(mine[-1] > one for one in serving) else None

    def begin(self) -> Generation:
        """Make the next generation, or go on with one that was begun; from here on it is kept current."""
        return self._make(self._next(), serves=False)

    def _make(self, generation: Generation, *, serves: bool) -> Generation:
        self._ensure_policy()
        self._ensure_guard()
        library = self._create(generation.library, {})
        items = self._create(generation.items, self._lifecycle(generation))
        self._put_template(generation, serves=serves)
        self._client.indices.update_aliases(actions=self._behind([library, items], serves=serves))
        return generation

    def _behind(self, names: Sequence[str], *, serves: bool) -> list[dict[str, Any]]:
        """Return the steps that put indices of one generation behind the aliases."""
        aliases = (write_alias(self.alias), *([self.alias] if serves else []))
        steps = [_add(name, alias) for name in names for alias in aliases]
        library = library_alias(self.alias)
        return steps + [_add(name, library) for name in names if serves and part_of(name) == "library"]

    def serve(self, generation: Generation) -> None:
        """Put ``generation`` behind the aliases in one step, then delete all others; searches never see none or two.

        Were they deleted in the same step, a search that is under way would find its shards gone.
        """
        self._put_template(generation, serves=True)
        new = sorted(self._client.indices.get_alias(name=f"{generation.items},{generation.library}"))
        old = {one: names for one, names in self.all().items() if one != generation}
        aliases = (self.alias, write_alias(self.alias), library_alias(self.alias))
        steps = [_remove(name, alias) for names in old.values() for name in names for alias in aliases]
        self._client.indices.update_aliases(actions=[*self._behind(new, serves=True), *steps])
        for one in old:
            self.drop(one)

    def drop(self, generation: Generation) -> None:
        """Delete a generation that does not serve."""
        names = self.all().get(generation, [])
        if names:
            self._client.indices.delete(index=names, ignore_unavailable=True)
        self._drop_template(generation)

    def discard(self) -> None:
        """Delete everything of this desk, its aliases, templates and policy with it; none is no error."""
        found = self.all()
        if found:
            self._client.indices.delete(index=[name for names in found.values() for name in names], ignore_unavailable=True)
        for one in found:
            self._drop_template(one)
        self._client.options(ignore_status=404).indices.delete_index_template(name=self._guard)

    def adapt(self) -> None:
        """Bring the template and the changeable settings of what serves to what the settings of the desk say."""
        self._ensure_policy()
        self._ensure_guard()
        for generation, names in self.serving().items():
            self._put_template(generation, serves=True)
            items = [name for name in names if part_of(name) == "items"]
            self._client.indices.put_settings(index=names, settings=replication(self._server.replicas))
            self._client.indices.put_settings(index=items, settings=self._lifecycle(generation))

    def _first(self) -> Generation:
        """Return the generation to begin with: the same for all processes that begin at the same time."""
        found = list(self.all())
        mine = [one for one in found if one.version == VERSION]
        return mine[-1] if mine else Generation(self.alias, VERSION, max((one.number for one in found), default=0) + 1)

    def _next(self) -> Generation:
        begun = self.unfinished()
        if begun is not None:
            return begun
        numbers = [one.number for one in self.all()]
        return Generation(self.alias, VERSION, max(numbers, default=0) + 1)

    def _create(self, part: str, lifecycle: dict[str, Json]) -> str:
        name, made = f"{part}-{_FIRST}", settings() | replication(self._server.replicas) | lifecycle
        try:
            self._client.indices.create(
                index=name, mappings=mappings(self._dim), settings=made, aliases={part: {"is_write_index": True}}
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
        return name

    def _ensure_policy(self) -> None:
        """Make the lifecycle policy when there is none of its name. One that is there is the operator's to change."""
        try:
            self._client.ilm.get_lifecycle(name=self._server.policy)
        except NotFoundError:
            self._client.ilm.put_lifecycle(name=self._server.policy, policy=POLICY)

    def _ensure_guard(self) -> None:
        """A late write to an index that was deleted must not make it again."""
        if not self._client.indices.exists_index_template(name=self._guard):
            self._client.indices.put_index_template(
                name=self._guard, index_patterns=[f"{self.alias}-v*"], priority=1, allow_auto_create=False
            )

    @property
    def _guard(self) -> str:
        return f"{self.alias}-no-auto-create"

    def _put_template(self, generation: Generation, *, serves: bool) -> None:
        """Put what the indices of items are made with to which ``generation`` rolls over."""
        aliases: dict[str, Json] = {name: {} for name in (write_alias(self.alias), *([self.alias] if serves else []))}
        made = settings() | replication(self._server.replicas) | self._lifecycle(generation)
        self._client.indices.put_index_template(
            name=generation.items,
            index_patterns=[f"{generation.items}-*"],
            priority=_PRIORITY,
            allow_auto_create=False,
            template={"mappings": mappings(self._dim), "settings": made, "aliases": aliases},
        )

    def _drop_template(self, generation: Generation) -> None:
        self._client.options(ignore_status=404).indices.delete_index_template(name=generation.items)

    def _lifecycle(self, generation: Generation) -> dict[str, Json]:
        return {"index.lifecycle.name": self._server.policy, "index.lifecycle.rollover_alias": generation.items}

    def _grouped(self, names: Iterable[str]) -> dict[Generation, list[str]]:
        grouped: dict[Generation, list[str]] = {}
        for name in sorted(names):
            if (generation := Generation.named(name, alias=self.alias)) is not None:
                grouped.setdefault(generation, []).append(name)
        return dict(sorted(grouped.items()))


def _kept(generation: Generation, names: Sequence[str], told: Any) -> Kept:  # noqa: ANN401 # the client's answer
    items = tuple(name for name in names if part_of(name) == "items")
    flags = {name: told[name]["aliases"].get(generation.items, {}) for name in items}
    newest = [name for name, flag in flags.items() if flag.get("is_write_index")]
    return Kept(generation, items, newest[-1] if newest else (items or ("",))[-1])


def _add(index: str, alias: str) -> dict[str, Any]:
    return {"add": {"index": index, "alias": alias}}


def _remove(index: str, alias: str) -> dict[str, Any]:
    return {"remove": {"index": index, "alias": alias, "must_exist": False}}
