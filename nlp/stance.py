"""Reads whether a sentence stands for a claim, against it, or only passes it on: by words and their reach, never by an encoder.

An encoder scores a claim and its negation alike, so this reader looks at denial words, negation, opposites, attribution, doubt
and endorsement, in the sentence, its neighbours, the title and the rest of the document.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from factdesk.records import Claim, Document, Passage, SourceRole, Stance
from nlp._cues import Cue, absences, distant_cues, doubts, endorsements, false_cues, hearsay, negated_keys, neutral_cues, unsure
from nlp._overlap import covered, opposed, shared_keys
from nlp._words import Reading, read, sentences
from nlp.base import StanceReading

_ABOUT_IT = 0.34
_SHORT = 7
_NEAR = 240
_CLAUSE_ENDS = ",;:.!?،؛—"
_NEGATIVE = frozenset({"=refuse", "=stop", "=ban", "=hide", "=missing", "=cancel", "=empty", "=cut"})


@dataclass(frozen=True, slots=True)
class _Scene:
    """What one reading looks at: the sentence, its neighbours without it, and the passage."""

    claim: Claim
    document: Document
    sentence: Reading
    around: str
    passage: Reading

    @property
    def code(self) -> str:
        return self.claim.language


@dataclass(frozen=True, slots=True)
class LexicalStanceReader:
    """The ``StanceReader`` by words; see the module for what it looks at."""

    def __call__(self, pairs: Sequence[tuple[Claim, Document, Passage]]) -> list[StanceReading]:
        """Return one reading a pair, in order."""
        return [_read(_scene(claim, document, passage)) for claim, document, passage in pairs]


def load_stance() -> LexicalStanceReader:
    """Return the stance reader that the line uses."""
    return LexicalStanceReader()


def polarity(left: Reading, right: Reading) -> str:
    """Return the words that turn ``left`` against ``right`` (a negation or an opposite), or an empty string."""
    if absences(right.text, right.language):
        return ""
    mine, yours, common = negated_keys(left), negated_keys(right), shared_keys(left, right)
    things = common - left.names
    turned = [key for key in mine if key in things and key not in yours]
    if turned and not (set(yours) & common):
        start, end = mine[turned[0]]
        return left.text[start:end]
    back = [key for key in yours if key in things and key not in mine]
    if back and not (set(mine) & common):
        start, end = yours[back[0]]
        return right.text[start:end]
    pair = opposed(left, right)
    return " / ".join(key.removeprefix("=") for key in pair) if pair else ""


def _scene(claim: Claim, document: Document, passage: Passage) -> _Scene:
    around = claim.context.replace(claim.text, " … ") if claim.context else ""
    return _Scene(claim, document, read(claim.text, claim.language), around, read(passage.text, passage.language))


def _read(scene: _Scene) -> StanceReading:
    for look in (_denied_here, _denied_near, _denied_in_title, _denied_elsewhere, _reported):
        reading = look(scene)
        if reading:
            return reading
    return StanceReading(Stance.ASSERTS, 0.85)


def _own(cues: Sequence[Cue], passage: Reading) -> list[Cue]:
    """Return the cues that are the writer's, not words of the passage itself."""
    return [cue for cue in cues if cue.words not in passage.text.casefold()]


def _denied_here(scene: _Scene) -> StanceReading | None:
    cues = _own(false_cues(scene.claim.text, scene.code), scene.passage)
    if cues:
        return StanceReading(Stance.DENIES, 0.92, cues[0].words)
    turned = polarity(scene.sentence, scene.passage)
    if turned:
        return StanceReading(Stance.DENIES, 0.8, turned)
    weak = _own(false_cues(scene.claim.text, scene.code, weak=True), scene.passage)
    if weak:
        return StanceReading(Stance.REPORTS, 0.75, weak[0].words)
    odd = _negated_only_here(scene)
    return StanceReading(Stance.REPORTS, 0.6, odd) if odd else None


def _negated_only_here(scene: _Scene) -> str:
    """Return a negation of the sentence in a clause about the passage's subject when the passage has nothing negative.

    It may deny the claim in words that the passage does not share: then the sentence is not flagged.
    """
    if negated_keys(scene.passage) or absences(scene.passage.text, scene.passage.language):
        return ""
    if scene.passage.keys & _NEGATIVE:
        return ""
    for start, end in sorted(set(negated_keys(scene.sentence).values())):
        text = scene.sentence.text
        left = max((text.rfind(mark, 0, start) for mark in _CLAUSE_ENDS), default=-1) + 1
        right = min((at for mark in _CLAUSE_ENDS if (at := text.find(mark, end)) >= 0), default=len(text))
        if covered(scene.passage, read(text[left:right], scene.code)) >= _ABOUT_IT:
            return text[start:end]
    return ""


def _denied_near(scene: _Scene) -> StanceReading | None:
    cues = false_cues(scene.around, scene.code)
    if cues:
        return StanceReading(Stance.DENIES, 0.8, cues[0].words)
    weak = false_cues(scene.around, scene.code, weak=True)
    return StanceReading(Stance.REPORTS, 0.65, weak[0].words) if weak else None


def _denied_in_title(scene: _Scene) -> StanceReading | None:
    title = scene.document.title
    if not title or title == scene.claim.text:
        return None
    cues = _own(false_cues(title, scene.code), scene.passage)
    reading = read(title, scene.code)
    about = covered(scene.passage, reading) >= _ABOUT_IT
    if cues and (about or shared_keys(scene.passage, reading)):
        return StanceReading(Stance.DENIES, 0.85, cues[0].words)
    turned = polarity(reading, scene.passage) if about else ""
    if turned:
        return StanceReading(Stance.DENIES, 0.8, turned)
    return StanceReading(Stance.REPORTS, 0.6, cues[0].words) if cues else None


def _denied_elsewhere(scene: _Scene) -> StanceReading | None:
    """Look through the document for a sentence that calls the claim false or says the opposite."""
    text = scene.document.text
    for start, end in sentences(text):
        sentence = text[start:end]
        if sentence == scene.claim.text or (start < scene.claim.end and scene.claim.start < end):
            continue
        cue = _denial_of(scene, read(sentence, scene.code), near=abs(start - scene.claim.end) < _NEAR)
        if cue:
            return StanceReading(Stance.DENIES, 0.75, cue)
    return None


def _denial_of(scene: _Scene, sentence: Reading, *, near: bool) -> str:
    cues = false_cues(sentence.text, scene.code)
    share = covered(scene.passage, sentence)
    if cues and (share >= _ABOUT_IT or near or len(sentence.keys) <= _SHORT):
        return cues[0].words
    return polarity(sentence, scene.passage) if share >= 0.5 else ""


def _reported(scene: _Scene) -> StanceReading | None:
    """Tell passing on from asserting: attribution counts unless a post urges its readers to believe it."""
    text, code = scene.claim.text, scene.code
    unsure_cues = unsure(text, code) or unsure(scene.around, code)
    if unsure_cues:
        return StanceReading(Stance.REPORTS, 0.7, unsure_cues[0].words)
    urged = scene.document.role is SourceRole.SOCIAL and (
        endorsements(text, code) or endorsements(scene.around, code) or hearsay(text, code)
    )
    if urged:
        return StanceReading(Stance.ASSERTS, 0.8, urged[0].words)
    cues = _own([*distant_cues(text, code), *neutral_cues(text, code)], scene.passage)
    if cues:
        return StanceReading(Stance.REPORTS, 0.8, cues[0].words)
    open_cues = _own(doubts(text, code), scene.passage)
    if open_cues:
        return StanceReading(Stance.REPORTS, 0.6, open_cues[0].words)
    near = distant_cues(scene.around, code) if scene.document.role is not SourceRole.SOCIAL else []
    return StanceReading(Stance.REPORTS, 0.6, near[0].words) if near else None
