"""A reader that dies at a chosen point: ``python -m tests.flow.crashing FOLDER POINT TIMES``."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import ParamSpec, TypeVar
from unittest import mock

from factdesk.line import open_line
from factdesk.reader import drain
from factdesk.settings import load_settings

_P = ParamSpec("_P")
_R = TypeVar("_R")
POINTS = {
    "documents are stored": "factdesk.flow.stored.put_documents",
    "claims are dropped": "factdesk.flow.stored.drop_claims",
    "the library grows": "factdesk.library.put_passages",
    "the index is written": "index.sqlite.SqliteIndex.add",
    "findings are stored": "factdesk.keeping.stored.put_findings",
    "outcomes are noted": "factdesk.flow.end_item",
}


def dying(call: Callable[_P, _R], *, after: int) -> Callable[_P, _R]:
    """``call`` as it is, until the process dies in its ``after``-th call: before odd ones, after even ones."""
    calls = 0

    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        nonlocal calls
        calls += 1
        if calls == after and after % 2:
            os._exit(9)
        result = call(*args, **kwargs)
        if calls == after:
            os._exit(9)
        return result

    return wrapped


def main() -> None:
    folder, point, after = sys.argv[1:]
    module, _, name = POINTS[point].rpartition(".")
    owner = resolve_name(module)
    with mock.patch.object(owner, name, dying(getattr(owner, name), after=int(after))):
        line = open_line(load_settings(data=Path(folder), store="", index=""))
        drain(line)


if __name__ == "__main__":
    main()
