"""From documents to findings: claims, what may be about them, and what the matcher decides."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from factdesk.line import Line
from factdesk.records import Claim, Document, Finding, SourceRole
from index import spoken
from index.base import Probe
from nlp.language import supported

_JUDGED = (SourceRole.PRESS, SourceRole.SOCIAL)
_CANDIDATES = 24  # a passage in a language that the encoder reads badly is proposed late


@dataclass(frozen=True, slots=True)
class Checked:
    """One claim of one document with its vector and its finding."""

    claim: Claim
    document: Document
    vector: NDArray[np.float32]
    finding: Finding


def check_documents(line: Line, documents: Sequence[Document]) -> list[Checked]:
    """Find and check the claims of press and social documents in a language that is read; copies are left out."""
    judged = [document for document in documents if _is_judged(document)]
    pairs = [(claim, document) for document, claims in zip(judged, line.find_claims(judged), strict=True) for claim in claims]
    vectors = line.encoder([spoken(claim.text) for claim, _ in pairs])
    return check_claims(line, [(claim, document, vector) for (claim, document), vector in zip(pairs, vectors, strict=True)])


def _is_judged(document: Document) -> bool:
    return document.role in _JUDGED and document.duplicate_of is None and document.language in supported()


def check_claims(line: Line, claims: Sequence[tuple[Claim, Document, NDArray[np.float32]]]) -> list[Checked]:
    """Match claims (with their vectors) against the library."""
    probes = [Probe(claim.text, claim.language, vector) for claim, _, vector in claims]
    proposed = line.index.candidates(probes, limit=_CANDIDATES) if probes else []
    return [
        Checked(claim, document, vector, line.match(claim, document, candidates))
        for (claim, document, vector), candidates in zip(claims, proposed, strict=True)
    ]
