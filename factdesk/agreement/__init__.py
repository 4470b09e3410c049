"""Proves that the ledger, the archive and the index agree: what disagrees is named by file, offset or item, with what to do."""

from factdesk.agreement.inspection import Inspection
from factdesk.agreement.mending import mend
from factdesk.agreement.words import Disagreement

__all__ = ["Disagreement", "Inspection", "mend"]
