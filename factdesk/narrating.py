"""Joins claims into narratives as they come: the same story told elsewhere, in any language, is one row of the desk."""

from collections.abc import Sequence

from sqlalchemy import Connection

from factdesk.checking import Checked
from factdesk.line import Line
from factdesk.store import narratives as stored
from nlp.encoders import understood


def narrate(connection: Connection, line: Line, checked: Sequence[Checked]) -> dict[str, str]:
    """Return the narrative of each claim (claim id -> narrative id), storing new ones; a claim keeps the one it has."""
    told = stored.narratives_of(connection, [item.claim.id for item in checked])
    fresh = [item for item in checked if item.claim.id not in told]
    meant = [understood(line.encoder, item.vector, item.claim.language) for item in fresh]
    dated = [item.document.published_at for item in fresh]
    items = [(item.claim.id, item.claim.text, vector, at) for item, vector, at in zip(fresh, meant, dated, strict=True)]
    joined = dict(zip([item.claim.id for item in fresh], line.narratives.add(items), strict=True))
    seen = [(joined[item.claim.id], item.claim.text, item.document.published_at) for item in fresh]
    stored.put_narratives(connection, seen)
    return told | joined
