"""Decides what a claim is to the passages that may be about it: precision, where the index gave recall.

A flag needs three things: a passage about the very same thing, a sentence that stands for it, and the citation. Whatever is
unsure is ``disputed`` (with the passage shown) or ``unchecked``; a sentence that denies a debunked claim debunks it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from factdesk.messages import tell
from factdesk.records import (
    Candidate,
    Claim,
    Difference,
    Document,
    Finding,
    FindingKind,
    Passage,
    PassageKind,
    SourceRole,
    Stance,
    digest_id,
)  # fmt: skip
from nlp._causes import split_cause
from nlp._closeness import Closeness, closeness
from nlp._cues import distant_cues, doubts, endorsements, false_cues, unsure
from nlp._numbers import agrees, moments, quantities
from nlp._overlap import covered, shared_keys, spans
from nlp._words import Reading, read
from nlp.assertion import TRAINED, load_assertion
from nlp.base import DistortionReader, Encoder, StanceReader, StanceReading
from nlp.checkability import is_satire, looks_ahead
from nlp.distortion import load_distortion
from nlp.languages import language, phrases
from nlp.stance import load_stance

_FLAG = 0.57
_SUGGEST = 0.45
_EVIDENCE = 0.55
_COVERED = 0.72
_SURE = 0.7
_CAUSE_STATED = 0.3
_FALSE = 0.4
_NEAR_MEANING = 0.5
_SOME_WORDS = 0.3
_TRUE = 0.8
_CANDIDATES = 24  # a passage in a language that the encoder reads badly is proposed late


_NOTHING = tell("No passage of the library is close enough.")


@dataclass(frozen=True, slots=True)
class _Decision:
    """A kind with its probability, what it cites and why."""

    kind: FindingKind
    probability: float
    close: Closeness | None = None
    reasons: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class PassageMatcher:
    """The ``Matcher`` over a stance reader and a distortion reader; see the module."""

    encoder: Encoder
    stance: StanceReader
    distortion: DistortionReader

    def __call__(self, claim: Claim, document: Document, candidates: Sequence[Candidate]) -> Finding:
        """Return the one finding of ``claim``; ``UNCHECKED`` without a citation when nothing is close enough."""
        close = self._close(claim, document, candidates)
        if not close:
            return _finding(claim, _Decision(FindingKind.UNCHECKED, 0.8, reasons=(_NOTHING,)))
        reason = _not_checkable(claim, document)
        if reason:
            return _finding(claim, _Decision(FindingKind.UNCHECKED, 0.9, reasons=(reason,)))
        decision = _better(self._by_factcheck(claim, document, close), self._by_evidence(claim, document, close))
        if decision and decision.kind.is_flag:
            decision = _asserted(claim, document, decision)
        return _finding(claim, decision or _Decision(FindingKind.UNCHECKED, 0.8, reasons=(_NOTHING,)))

    def _close(self, claim: Claim, document: Document, candidates: Sequence[Candidate]) -> list[Closeness]:
        """Return the plausible candidates, closest first; a document is never checked against itself."""
        setting = f"{document.title}\n{claim.context}"
        own = (
            item for item in candidates[:_CANDIDATES] if item.passage.document_id != claim.document_id or not claim.document_id
        )
        plausible = [item for item in own if item.words > 0.02 or item.meaning > 0.3 or item.score > 0.02]
        mine = read(claim.text, claim.language)
        found = [closeness(claim, item, setting=setting) for item in plausible if _can_be_close(mine, item)]
        found = [item for item in found if item.probability >= _SUGGEST]
        if found and looks_ahead(claim.text, claim.language):
            found = [item for item in found if looks_ahead(item.candidate.passage.text, item.candidate.passage.language)]
        return sorted(found, key=lambda item: -item.probability)

    def _by_factcheck(self, claim: Claim, document: Document, close: list[Closeness]) -> _Decision | None:
        nearest = next((item for item in close if item.candidate.passage.kind is PassageKind.FACTCHECK), None)
        if nearest is None:
            return None
        passage = nearest.candidate.passage
        reading = self.stance([(claim, document, passage)])[0]
        if document.role in (SourceRole.FACTCHECK, SourceRole.EVIDENCE):
            reading = StanceReading(Stance.DENIES, 0.9, "a fact-checker's or authority's own page")
        if nearest.probability < _FLAG:
            kind = FindingKind.DEBUNKS if reading.stance is Stance.DENIES and _is_false(passage) else FindingKind.DISPUTED
            reason = _reviewed_near(passage)
            return _Decision(kind, 0.5, nearest, (reason,))
        return _ruled(nearest, reading)

    def _by_evidence(self, claim: Claim, document: Document, close: list[Closeness]) -> _Decision | None:
        """Return what the evidence says: support by any passage outweighs a difference to another."""
        near = [item for item in close if item.candidate.passage.kind is PassageKind.EVIDENCE and item.probability >= _EVIDENCE]
        differing: _Decision | None = None
        supported: _Decision | None = None
        for item in near:
            passage = item.candidate.passage
            differences = self.distortion(
                claim.text, passage.text, claim_language=claim.language, passage_language=passage.language
            )
            enough = item.claim_share >= _COVERED or item.probability >= _SURE
            if not differences and enough and _figures_held(claim, passage):
                if _all_stated(claim, passage):
                    return _supported(item)
                supported = supported or (_supported(item) if _moments_known(claim, passage) else None)
            if differences and differing is None:
                differing = _differing(claim, document, item, differences=differences)
        return differing or supported


def _asserted(claim: Claim, document: Document, decision: _Decision) -> _Decision:
    """Return a flag as it is where the sentence asserts something; else that it only plays with the words it is flagged for."""
    if decision.close is None or claim.language not in TRAINED:
        return decision
    passage = decision.close.candidate.passage
    if load_assertion()(claim.text, passage.text) >= _least(claim, document, decision):
        return decision
    reason = tell("It has the words of this, but reads as a joke, a hope, a question or a belief rather than a statement.")
    return _Decision(FindingKind.DISPUTED, 0.5, decision.close, (reason,))


def _least(claim: Claim, document: Document, decision: _Decision) -> float:
    """Return the probability of asserting that a flag needs: none where the writer urges readers to believe it."""
    model = load_assertion()
    if endorsements(f"{claim.text}\n{claim.context}", claim.language):
        return 0.0
    if decision.kind is FindingKind.DISTORTS:
        return model.differing
    across = decision.close is not None and decision.close.candidate.passage.language != claim.language
    if document.role is SourceRole.SOCIAL:
        return model.post_across if across else model.post
    return model.press_across if across else model.press


def _can_be_close(claim: Reading, item: Candidate) -> bool:
    """Say whether a full comparison can still find a candidate close: a near meaning, or shared words beside a fair one."""
    if item.meaning >= _NEAR_MEANING:
        return True
    yours = read(item.passage.text, item.passage.language)
    return covered(claim, yours) >= _SOME_WORDS or covered(yours, claim) >= _SOME_WORDS


def word_closeness(claim: Claim, passage: Passage) -> float:
    """Return the share (0 … 1) of the passage's words, names and things that the claim holds, across languages."""
    return covered(read(passage.text, passage.language), read(claim.text, claim.language))


def load_matcher(
    encoder: Encoder, *, stance: StanceReader | None = None, distortion: DistortionReader | None = None
) -> PassageMatcher:
    """Return the matcher of the line; a reader that is not given is the bundled one."""
    return PassageMatcher(encoder, stance or load_stance(), distortion or load_distortion(encoder))


def _not_checkable(claim: Claim, document: Document) -> str:
    """Return why a sentence is no factual claim, or an empty string: the matcher's own guard behind the claim finder's."""
    words, text = language(claim.language), claim.text.casefold()
    if claim.text.rstrip(" \"'»”)").endswith(tuple(words.question_marks)) or "¿" in claim.text:
        return tell("A question states nothing to check.")
    if _is_satire(document.title, document.text, document.language):
        return tell("The document calls itself satire.")
    if phrases(words.opinion_markers).search(text):
        return tell("An opinion is not checked.")
    return ""


@lru_cache(maxsize=2_000)
def _is_satire(title: str, text: str, code: str) -> bool:
    """Say whether a document calls itself satire anywhere; kept, for its claims come one after another."""
    return is_satire(title, text, code)


def _better(fact: _Decision | None, evidence: _Decision | None) -> _Decision | None:
    """Choose between a fact-check and the evidence: the fact-check, unless it is unsure or clearly further away."""
    if fact is None or evidence is None:
        return fact or evidence
    unsure = fact.kind in (FindingKind.DISPUTED, FindingKind.UNCHECKED)
    nearer = (
        evidence.close is not None and fact.close is not None and evidence.close.probability > fact.close.probability + 0.08
    )
    return evidence if unsure or (nearer and evidence.kind is not FindingKind.DISPUTED) else fact


def _figures_held(claim: Claim, passage: Passage) -> bool:
    """Say whether each number, day and cause of the claim stands in the passage or the text around it."""
    cause = split_cause(read(claim.text, claim.language))
    if cause and covered(cause.cause, read(passage.text, passage.language)) < _CAUSE_STATED:
        return False
    stated = quantities(f"{passage.text}\n{passage.detail}", passage.language)
    held = all(any(agrees(one, other) for other in stated) for one in quantities(claim.text, claim.language))
    return held and _moments_held(claim, passage)


def _all_stated(claim: Claim, passage: Passage) -> bool:
    """Say whether every number and every moment of the claim stands in the passage itself."""
    stated = quantities(passage.text, passage.language)
    times = {moment.value for moment in moments(passage.text, passage.language)}
    held = all(any(agrees(one, other) for other in stated) for one in quantities(claim.text, claim.language))
    return held and all(one.value in times for one in moments(claim.text, claim.language))


def _moments_held(claim: Claim, passage: Passage) -> bool:
    """Say whether each day and clock time of the claim stands in the passage, where the passage states any of that kind."""
    stated = moments(passage.text, passage.language)
    mine = moments(claim.text, claim.language)
    kinds = {moment.kind for moment in stated}
    return all(one.value in {other.value for other in stated if other.kind == one.kind} for one in mine if one.kind in kinds)


def _moments_known(claim: Claim, passage: Passage) -> bool:
    """Say whether each day and clock time of the claim stands in the passage or the text around it: none is taken on trust."""
    told = f"{passage.title}\n{passage.text}\n{passage.detail}"
    stated = {moment.value for moment in moments(told, passage.language)}
    if passage.published_at is not None:
        stated.add((passage.published_at.month, passage.published_at.day))
    return all(one.value in stated for one in moments(claim.text, claim.language))


def _is_false(passage: Passage) -> bool:
    return passage.rating_value is not None and passage.rating_value <= _FALSE


def _reviewed_near(passage: Passage) -> str:
    told = {"publisher": passage.publisher, "rating": passage.rating}
    if passage.rating:
        return tell("%(publisher)s reviewed something close to this (rated %(rating)s); not close enough to say more.", **told)
    return tell(
        "%(publisher)s reviewed something close to this (without a rating we can read); not close enough to say more.", **told
    )


def _reviewed(passage: Passage) -> str:
    told = {"publisher": passage.publisher, "rating": passage.rating}
    if passage.rating:
        return tell("%(publisher)s reviewed this claim (rated %(rating)s).", **told)
    return tell("%(publisher)s reviewed this claim (without a rating we can read).", **told)


def _repeated(passage: Passage) -> str:
    told = {"publisher": passage.publisher, "rating": passage.rating, "claim": passage.text}
    if passage.rating:
        return tell("Says what %(publisher)s rated %(rating)s: «%(claim)s»", **told)
    return tell("Says what %(publisher)s without a rating we can read: «%(claim)s»", **told)


def _ruled(close: Closeness, reading: StanceReading) -> _Decision:
    """Return the decision on a claim that a fact-check reviewed, by its rating and how the sentence stands to it."""
    passage, probability = close.candidate.passage, close.probability * reading.probability
    said = _reviewed(passage)
    if _is_false(passage):
        return _against(close, reading, said=said)
    if passage.rating_value is not None and passage.rating_value >= _TRUE and reading.stance is Stance.ASSERTS:
        return _Decision(FindingKind.SUPPORTED, probability, close, (said, tell("The sentence says the same.")))
    return _Decision(
        FindingKind.DISPUTED,
        probability,
        close,
        (said, tell("Neither plainly true nor plainly false, or not plainly asserted.")),
    )


def _against(close: Closeness, reading: StanceReading, *, said: str) -> _Decision:
    passage, probability = close.candidate.passage, close.probability * reading.probability
    if reading.stance is Stance.ASSERTS:
        why = _repeated(passage)
        how = tell("The sentence asserts it; no denial, doubt or attribution stands around it.")
        sure = close.probability * (1 + reading.probability) / 2  # at least even from _FLAG on; held-out flags hold more often
        return _Decision(FindingKind.REPEATS, sure, close, (why, how, _measured(close)))
    if reading.stance is Stance.DENIES:
        denied = tell("The sentence or its surroundings deny it («%(cue)s»).", cue=reading.cue)
        return _Decision(FindingKind.DEBUNKS, probability, close, (said, denied))
    passed_on = tell("The claim is passed on, not asserted («%(cue)s»).", cue=reading.cue)
    return _Decision(FindingKind.DISPUTED, probability, close, (said, passed_on))


def _measured(close: Closeness) -> str:
    return tell(
        "%(share)s of the reviewed claim's words and names are here; closeness in meaning %(meaning)s.",
        share=f"{close.passage_share:.0%}",
        meaning=f"{close.meaning:.2f}",
    )


def _supported(close: Closeness) -> _Decision:
    publisher = close.candidate.passage.publisher
    reason = tell("%(publisher)s says the same, and no number, date or negation differs.", publisher=publisher)
    return _Decision(FindingKind.SUPPORTED, close.probability, close, (reason,))


def _differing(claim: Claim, document: Document, close: Closeness, *, differences: tuple[Difference, ...]) -> _Decision:
    """Return a flag for a claim that differs from the evidence, unless it is denied, passed on, or an authority's own."""
    passage = close.candidate.passage
    said = tuple(item.words for item in differences)
    around = f"{claim.text}\n{claim.context}\n{document.title}"
    denied = false_cues(around, claim.language, weak=True)
    passed_on = distant_cues(claim.text, claim.language) or doubts(claim.text, claim.language) or unsure(around, claim.language)
    elsewhere = _names_elsewhere(claim, passage)
    earlier = passage.published_at is not None and (passage.published_at - document.published_at).total_seconds() > 86_400
    if denied or passed_on or earlier or elsewhere or document.role in (SourceRole.FACTCHECK, SourceRole.EVIDENCE):
        reason = tell(
            "It differs from %(publisher)s, but is not plainly asserted after that was published.", publisher=passage.publisher
        )
        return _Decision(FindingKind.DISPUTED, 0.5, close, (reason, *said), differences)
    lead = tell("Differs from %(publisher)s on the same subject.", publisher=passage.publisher)
    return _Decision(FindingKind.DISTORTS, close.probability, close, (lead, *said), differences)


def _names_elsewhere(claim: Claim, passage: Passage) -> bool:
    """Say whether the claim names somebody or somewhere that the passage, its title and its document never name."""
    mine = read(claim.text, claim.language)
    known = read(f"{passage.text}\n{passage.title}\n{passage.detail}\n{passage.publisher}", passage.language)
    return bool((mine.names & mine.keys) - shared_keys(mine, known) - _calendar(claim.language))


@cache
def _calendar(code: str) -> frozenset[str]:
    """Return the comparison keys of month and weekday names, which are written like names but are none."""
    spoken = language(code)
    listed = (name for names in (*spoken.months, *spoken.weekdays) for name in names)
    return frozenset(word.key for name in listed for word in read(name.title(), code).words)


def _finding(claim: Claim, decision: _Decision) -> Finding:
    """Return the record; a flag without a citation cannot leave here."""
    close, kind = decision.close, decision.kind
    if kind.is_flag and close is None:
        kind = FindingKind.UNCHECKED
    return Finding(
        id=digest_id("finding", claim.id),
        claim_id=claim.id,
        document_id=claim.document_id,
        kind=kind,
        probability=round(min(max(decision.probability, 0.0), 1.0), 4),
        citation=close.candidate.passage if close else None,
        reasons=decision.reasons,
        differences=decision.differences,
        shared_spans=spans(read(claim.text, claim.language), close.shared) if close else (),
        score=round(close.probability, 4) if close else 0.0,
    )
