"""The JSON API: everything that the desk's pages show and do, for other programs; one module a subject."""

from dashboards.api import (
    account,
    alerts,
    audit,
    decisions,
    drafts,
    findings,
    items,
    people,
    searching,
    sources,
    statements,
    stories,
    trends,
    writing,
)

CALLS = (
    searching,
    findings,
    decisions,
    items,
    stories,
    sources,
    trends,
    statements,
    drafts,
    writing,
    alerts,
    account,
    people,
    audit,
)
