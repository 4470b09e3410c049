"""The audit log under the name that the editorial functions use; the chain itself stands in ``factdesk.store.audit``."""

from factdesk.store.audit import (
    Break,
    Seal,
    contradictions,
    length,
    read_seals,
    record,
    seals,
    verify,
)

__all__ = ["Break", "Seal", "contradictions", "length", "read_seals", "record", "seals", "verify"]
