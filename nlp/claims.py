"""Finds the sentences of documents that state something checkable, most check-worthy first.

Cheap before dear: word rules drop what is not checkable, words and surface choose the best few, and only those are encoded
and scored by meaning, all documents in one call. Their vectors stay in the shared encoder's cache for the matcher.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from factdesk.records import Claim, Document, digest_id
from nlp.base import ClaimFinder, Encoder
from nlp.checkability import Wording, is_satire, read_wording, refusal
from nlp.checkworthiness import Checkworthiness, load_checkworthiness
from nlp.encoders import BundledEncoder, CachedEncoder, load_encoder
from nlp.languages import language
from nlp.sentences import split

TITLE_SPAN = (-1, -1)
_MOST_SENTENCES = 200
_MOST_CHARACTERS = 600
_LEAD = 300
_SAME_WORDS = 0.8
_LINK = re.compile(r"https?://\S+|www\.\S+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence that passed the rules, with its place among the document's spans (-1 for the title)."""

    text: str
    span: tuple[int, int]
    context: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class _Reading:
    """A document with the sentences that are worth encoding."""

    document: Document
    sentences: tuple[_Sentence, ...]


def load_claim_finder(
    encoder: Encoder | None = None, *, threshold: float | None = None, limit: int = 8, meaning: bool = True
) -> ClaimFinder:
    """Return the claim finder over ``encoder`` (the bundled one when none is given).

    ``threshold`` is the least probability (the line's own when ``None``), ``limit`` the claims kept a document. The trained
    weights of meaning belong to the bundled encoder; with any other, or without ``meaning``, words and surface decide.
    Raises ``ModelError`` when a model file is absent or altered.
    """
    model = load_checkworthiness()
    used = encoder if encoder is not None else CachedEncoder(load_encoder())
    fits = meaning and used.name == BundledEncoder.name
    least = model.line_threshold if threshold is None else threshold
    return _Finder(model, used if fits else None, least, limit)


@dataclass(frozen=True, slots=True)
class _Finder:
    model: Checkworthiness
    encoder: Encoder | None
    threshold: float
    most: int

    def __call__(self, documents: Sequence[Document]) -> list[list[Claim]]:
        """Return each document's claims, most check-worthy first, at most ``most``; satire gives none."""
        readings = [_Reading(document, self._best(document)) for document in documents]
        scores = self._scores(readings)
        return [self._claims(reading, found) for reading, found in zip(readings, scores, strict=True)]

    def _best(self, document: Document) -> tuple[_Sentence, ...]:
        """Return the most promising checkable sentences by the cheap score, in the order of the text."""
        sentences = checkable_sentences(document)
        if len(sentences) <= self.most:
            return tuple(sentences)
        quick = self.model.quick([sentence.wording for sentence in sentences], document.language)
        chosen = np.argsort(-quick, kind="stable")[: self.most]
        return tuple(sentences[at] for at in sorted(chosen))

    def _scores(self, readings: Sequence[_Reading]) -> list[list[float]]:
        """Return a probability for each sentence of each reading; one call of the encoder for all."""
        if self.encoder is None:
            return [self._quick(reading) for reading in readings]
        vectors = self.encoder([sentence.text for reading in readings for sentence in reading.sentences])
        scores, start = [], 0
        for reading in readings:
            rows = vectors[start : start + len(reading.sentences)]
            start += len(rows)
            wordings = [sentence.wording for sentence in reading.sentences]
            scores.append(self.model.score(wordings, reading.document.language, rows).tolist() if wordings else [])
        return scores

    def _quick(self, reading: _Reading) -> list[float]:
        if not reading.sentences:
            return []
        logits = self.model.quick([sentence.wording for sentence in reading.sentences], reading.document.language)
        probabilities: list[float] = (1 / (1 + np.exp(-logits))).tolist()
        return probabilities

    def _claims(self, reading: _Reading, scores: Sequence[float]) -> list[Claim]:
        pairs = sorted(zip(scores, reading.sentences, strict=True), key=lambda pair: (-pair[0], pair[1].span))
        return [_claim(reading.document, sentence, score) for score, sentence in pairs if score >= self.threshold]


def checkable_sentences(document: Document) -> list[_Sentence]:
    """Return the sentences of a document that the rules let pass, the title first unless a sentence repeats it."""
    if is_satire(document.title, document.text, document.language):
        return []
    text, spans = document.text, split(document.text, document.language)[:_MOST_SENTENCES]
    body: list[_Sentence] = []
    for at, span in enumerate(spans):
        context = text[spans[max(0, at - 1)][0] : spans[min(len(spans) - 1, at + 1)][1]]
        body.extend(_checkable(text[slice(*span)], span, context=context, code=document.language))
    return [*_title(document, body), *_distinct(body)]


def _checkable(text: str, span: tuple[int, int], *, context: str, code: str) -> list[_Sentence]:
    """Return the one sentence when it may be checked, else nothing."""
    if len(text) > _MOST_CHARACTERS:
        return []
    spoken = language(code)
    wording = read_wording(_LINK.sub(" ", text), spoken)
    return [] if refusal(wording, spoken) else [_Sentence(text, span, context, wording)]


def _title(document: Document, body: Sequence[_Sentence]) -> list[_Sentence]:
    """Return the title as a sentence when it may be checked and the text does not say the same."""
    if not document.title or _is_post_title(document):
        return []
    found = _checkable(document.title, TITLE_SPAN, context=document.text[:_LEAD], code=document.language)
    return [title for title in found if not _is_repeated(title, body)]


def _is_post_title(document: Document) -> bool:
    """Whether the title is nothing but the opening of the text, as social posts have it."""
    return document.text.lstrip().startswith(document.title.rstrip("…. "))


def _is_repeated(title: _Sentence, body: Sequence[_Sentence]) -> bool:
    """Whether a sentence holds most of the title's words."""
    words = set(title.wording.tokens)
    return any(len(words & set(sentence.wording.tokens)) >= _SAME_WORDS * len(words) for sentence in body)


def _distinct(body: Sequence[_Sentence]) -> list[_Sentence]:
    """Return the sentences without repeats of the same words."""
    return list({sentence.wording.tokens: sentence for sentence in reversed(body)}.values())[::-1]


def _claim(document: Document, sentence: _Sentence, score: float) -> Claim:
    return Claim(
        id=digest_id("claim", document.id, sentence.text),
        document_id=document.id,
        text=sentence.text,
        start=sentence.span[0],
        end=sentence.span[1],
        language=document.language,
        checkworthiness=round(score, 4),
        context=sentence.context,
    )
