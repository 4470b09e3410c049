"""Finds the sentences of documents that state something checkable, most check-worthy first.

Cheap before dear: word rules drop what is not checkable, words and surface choose the best few, and only those are encoded
and scored by meaning, all documents in one call. Their vectors stay in the shared encoder's cache for the matcher.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from factdesk.records import CaptureKind, Claim, Document, digest_id
from nlp.base import ClaimFinder, Encoder
from nlp.checkability import Wording, is_satire, read_wording, refusal
from nlp.checkworthiness import Checkworthiness, load_checkworthiness, probability
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


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """A document with the sentences that are worth encoding and a row of cheap features for each."""

    document: Document
    sentences: tuple[_Sentence, ...]
    features: NDArray[np.float32]


def load_claim_finder(
    encoder: Encoder | None = None, *, threshold: float | None = None, limit: int = 10, meaning: bool = True
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
    limit: int

    def __call__(self, documents: Sequence[Document]) -> list[list[Claim]]:
        """Return each document's claims, most check-worthy first, at most ``limit``; satire gives none."""
        readings = [self._read(document) for document in documents]
        scores = self._scores(readings)
        return [self._claims(reading, found) for reading, found in zip(readings, scores, strict=True)]

    def _read(self, document: Document) -> _Reading:
        """Return the most promising checkable sentences by the cheap score, in the order of the text."""
        sentences = checkable_sentences(document)
        features = self.model.features([sentence.wording for sentence in sentences], document.language)
        best = np.argsort(-self.model.quick(features, document.language), kind="stable")[: self.limit]
        chosen = sorted(best.tolist())
        return _Reading(document, tuple(sentences[at] for at in chosen), features[chosen])

    def _scores(self, readings: Sequence[_Reading]) -> list[list[float]]:
        """Return a probability for each sentence of each reading; one call of the encoder for all."""
        if self.encoder is None:
            return [probability(self.model.quick(read.features, read.document.language)).tolist() for read in readings]
        vectors = self.encoder([sentence.text for reading in readings for sentence in reading.sentences])
        parts = np.split(vectors, np.cumsum([len(reading.sentences) for reading in readings])[:-1]) if readings else []
        return [self._scored(read, rows).tolist() for read, rows in zip(readings, parts, strict=True)]

    def _scored(self, reading: _Reading, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score a post by the weights for posts, anything else by those for sentences."""
        if reading.document.kind is CaptureKind.POST:
            return self.model.score_posts(reading.features, vectors)
        return self.model.score(reading.features, reading.document.language, vectors)

    def _claims(self, reading: _Reading, scores: Sequence[float]) -> list[Claim]:
        pairs = sorted(zip(scores, reading.sentences, strict=True), key=lambda pair: (-pair[0], pair[1].span))
        return [_claim(reading.document, sentence, score) for score, sentence in pairs if score >= self.threshold]


def checkable_sentences(document: Document) -> list[_Sentence]:
    """Return the sentences of a document that the rules let pass, the title first unless a sentence repeats it."""
    if is_satire(f"{document.title} {_sections(document.url)}", document.text, document.language):
        return []
    text, spans = document.text, split(document.text, document.language)[:_MOST_SENTENCES]
    body: list[_Sentence] = []
    for at, span in enumerate(spans):
        context = text[spans[max(0, at - 1)][0] : spans[min(len(spans) - 1, at + 1)][1]]
        body.extend(_checkable(text[slice(*span)], span, context=context, code=document.language))
    return [*_title(document, body), *_distinct(body)]


def _sections(url: str) -> str:
    """Return the words of an address's folders, where outlets say ``/satire/``."""
    return " ".join(re.split(r"[/_.-]+", urlsplit(url).path.rpartition("/")[0]))


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
