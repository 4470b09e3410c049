"""What the desk calls things: one place for the words people read beside a decision, a kind, a language or an outcome."""

from types import MappingProxyType

KINDS = MappingProxyType(
    {
        "repeats": "Repeats a debunked claim",
        "distorts": "Distorts the evidence",
        "disputed": "Disputed",
        "unchecked": "Unchecked",
        "supported": "Supported",
        "debunks": "Debunks",
    }
)
SHORT_KINDS = MappingProxyType({**KINDS, "repeats": "Repeats", "distorts": "Distorts"})
STATES = MappingProxyType(
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
ROLES = MappingProxyType({"press": "press", "social": "post", "factcheck": "fact-check", "evidence": "evidence"})
ENTRY_KINDS = MappingProxyType(
    {"document": "Articles and posts", "claim": "Claims", "factcheck": "Fact-checks", "evidence": "Evidence"}
)
RATINGS = MappingProxyType({"false": "False", "misleading": "Misleading", "unsupported": "Not supported", "true": "True"})
STATEMENT_STATES = MappingProxyType(
    {
        "draft": "Draft",
        "in_review": "In review",
        "approved": "Approved",
        "published": "Published",
        "withdrawn": "Withdrawn",
    }
)
STANDINGS = MappingProxyType(
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
STEPS = MappingProxyType(
    {
        "statement.drafted": "Drafted",
        "statement.edited": "Edited",
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
BECAME = MappingProxyType(
    {"changed": "Changed", "rated": "Rated anew", "retracted": "Perhaps corrected or withdrawn", "gone": "Gone"}
)
OUTCOMES = MappingProxyType(
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
HEALTH = MappingProxyType(
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
DIFFERENCES = MappingProxyType(
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
RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
LANGUAGES = MappingProxyType(
    {
        "ar": "Arabic",
        "bn": "Bengali",
        "de": "German",
        "en": "English",
        "es": "Spanish",
        "fa": "Persian",
        "fr": "French",
        "hi": "Hindi",
        "id": "Indonesian",
        "it": "Italian",
        "ja": "Japanese",
        "ko": "Korean",
        "nl": "Dutch",
        "pl": "Polish",
        "pt": "Portuguese",
        "ru": "Russian",
        "sw": "Swahili",
        "th": "Thai",
        "tr": "Turkish",
        "uk": "Ukrainian",
        "ur": "Urdu",
        "vi": "Vietnamese",
        "zh": "Chinese",
    }
)


def language_name(code: str | None) -> str:
    """Return the English name of an ISO 639-1 code, or the code itself."""
    return LANGUAGES.get(code or "", code or "unknown")


def direction(code: str | None) -> str:
    """Return the direction a language is written in: ``rtl`` or ``ltr``."""
    return "rtl" if (code or "").split("-")[0] in RIGHT_TO_LEFT else "ltr"
