"""What the desk calls things: one place for the words people read beside a decision, a kind, a language or an outcome."""

from functools import lru_cache
from types import MappingProxyType

from babel import Locale, UnknownLocaleError

from factdesk.tongues import Words, gettext, spoken

KINDS = Words(
    {
        "repeats": "Repeats a debunked claim",
        "distorts": "Distorts the evidence",
        "disputed": "Disputed",
        "unchecked": "Unchecked",
        "supported": "Supported",
        "debunks": "Debunks",
    }
)
SHORT_KINDS = Words({**KINDS.source, "repeats": "Repeats", "distorts": "Distorts"})
STATES = Words(
    {
        "open": "To review",
        "confirmed": "Confirmed",
        "rejected": "Rejected",
        "not_checkable": "Not checkable",
        "needs_evidence": "Needs evidence",
    }
)
DECISIONS = (
    ("confirmed", "Confirm", "c", "The claim does what the flag says"),
    ("rejected", "Reject", "r", "The flag is wrong"),
    ("not_checkable", "Not checkable", "x", "Opinion, criticism, satire, a question or a prediction"),
    ("needs_evidence", "Needs evidence", "n", "Not enough evidence to decide"),
)
STAFF = Words(
    {
        "analyst": "analyst",
        "editor": "editor",
        "approver": "approver",
        "manager": "manager",
        "administrator": "administrator",
        "read-only": "read-only",
    }
)
ROLES = Words({"press": "press", "social": "post", "factcheck": "fact-check", "evidence": "evidence"})
ENTRY_KINDS = Words({"document": "Articles and posts", "claim": "Claims", "factcheck": "Fact-checks", "evidence": "Evidence"})
EVERY = Words({"at_once": "At once", "hourly": "An hourly digest", "daily": "A daily digest", "weekly": "A weekly digest"})
WEEKDAYS = Words(
    {
        "0": "Monday",
        "1": "Tuesday",
        "2": "Wednesday",
        "3": "Thursday",
        "4": "Friday",
        "5": "Saturday",
        "6": "Sunday",
    }
)
ALERT_CHANNELS = Words({"email": "E-mail", "webhook": "Webhook"})
DELIVERIES = Words({"waiting": "Waiting", "sending": "Being sent", "sent": "Sent", "given_up": "Given up"})
DELIVERY_CLASSES = MappingProxyType(
    {"waiting": "in_review", "sending": "in_review", "sent": "confirmed", "given_up": "withdrawn"}
)
RATINGS = Words({"false": "False", "misleading": "Misleading", "unsupported": "Not supported", "true": "True"})
STATEMENT_STATES = Words(
    {
        "draft": "Draft",
        "in_review": "In review",
        "approved": "Approved",
        "published": "Published",
        "withdrawn": "Withdrawn",
    }
)
CHANNELS = Words(
    {
        "280": "280 characters",
        "300": "300 characters",
        "500": "500 characters",
        "sms": "Text message",
        "sms-plain": "Text message without diacritics",
    }
)
STANDINGS = Words(
    {
        "backed": "Backed",
        "claim": "The claim, marked as such",
        "free": "States nothing",
        "waived": "Let pass",
        "unbacked": "Not backed",
        "misquoted": "Not verbatim",
        "restates": "Tells the claim",
        "unarchived": "Not archived",
    }
)
STEPS = Words(
    {
        "statement.drafted": "Drafted",
        "statement.edited": "Edited",
        "statement.version_begun": "Begun from another language",
        "statement.machine_drafted": "Drafted by a model",
        "statement.taken_over": "Took over what a model wrote",
        "statement.waived": "Let a sentence pass",
        "statement.submitted": "Sent to review",
        "statement.sent_back": "Sent back",
        "statement.approved": "Approved",
        "statement.published": "Published",
        "statement.corrected": "Correction published",
        "statement.correction_drafted": "Correction opened",
        "statement.withdrawn": "Withdrawn",
        "statement.evidence_changed": "Evidence changed",
        "statement.evidence_settled": "Holds although its evidence changed",
    }
)
BECAME = Words(
    {
        "changed": "Changed",
        "rated": "Rated anew",
        "retracted": "Perhaps corrected or withdrawn",
        "superseded": "Superseded",
        "gone": "Gone",
    }
)
HOW = Words(
    {
        "listing": "the listing",
        "metadata": "the page's data",
        "text": "the page's text",
        "estimated": "an estimate",
        "year": "a year alone",
        "fetched": "when it was fetched",
    }
)
OUTCOMES = Words(
    {
        "polled": "polled",
        "kept": "kept",
        "duplicate": "already held",
        "unchanged": "unchanged",
        "refused_robots": "refused by robots.txt",
        "refused_opt_out": "opted out",
        "refused_address": "address refused",
        "too_short": "too short",
        "too_large": "too large",
        "not_text": "not text",
        "unsupported_language": "language not read",
        "gone": "gone",
        "failed": "failed",
        "put_off": "put off by the host",
        "missed": "not polled",
        "quarantined": "quarantined",
    }
)
HEALTH = Words(
    {
        "ok": "Answers",
        "slow": "Slow",
        "silent": "Gone quiet",
        "refused": "Refused",
        "broken": "Broken",
        "moved": "Moved",
        "unread": "Cannot be read",
        "late": "Not polled",
        "new": "Not polled yet",
        "off": "Switched off",
    }
)
HEALTH_CLASSES = MappingProxyType(  # the colour only repeats the word
    {
        "ok": "confirmed",
        "slow": "in_review",
        "moved": "in_review",
        "silent": "needs_evidence",
        "unread": "needs_evidence",
        "late": "withdrawn",
        "refused": "withdrawn",
        "broken": "withdrawn",
    }
)
DIFFERENCES = Words(
    {
        "number": "different number",
        "date": "different date",
        "negation": "denial turned round",
        "cause": "different cause",
        "quotation": "different quotation",
        "place": "different place",
        "certainty": "different certainty",
        "scope": "different scope",
    }
)
COMMON = ("ar", "de", "en", "es", "fr", "hi", "id", "it", "nl", "pl", "pt", "ru", "sw", "tr", "uk", "ur", "vi", "zh")
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


def language_name(code: str | None) -> str:
    """Return what the interface's language calls an ISO 639-1 code, or the code itself."""
    return _language_name(code, spoken().code) if code else gettext("unknown")


@lru_cache(maxsize=4096)
def _language_name(code: str, tongue: str) -> str:
    try:
        return Locale.parse(code, sep="-").get_language_name(tongue) or code
    except (ValueError, UnknownLocaleError):
        return code


def autonym(code: str) -> str:
    """Return what a language calls itself, or its code."""
    try:
        name = Locale.parse(code).get_language_name(code)
    except (UnknownLocaleError, ValueError):
        name = None
    return name[:1].upper() + name[1:] if name else code


def direction(code: str | None) -> str:
    """Return the direction a language is written in: ``rtl`` or ``ltr``."""
    return "rtl" if (code or "").split("-")[0] in RIGHT_TO_LEFT else "ltr"
