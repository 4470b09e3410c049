"""Words in a row are found in a plain text as letters: the same places as reading it word by word."""

from hypothesis import example, given
from hypothesis import strategies as st

from index._matching import FoldedText
from index._tree import Words

_TOKENS = st.lists(st.sampled_from(("a", "b", "ab", "aa", "a1", "y" * 64)), min_size=1, max_size=3)
_PIECES = st.sampled_from(("a", "b", "A", "1", " ", "-", "_", ". ", "ab", "aa ", "\x00", "é", "y" * 63, "y" * 130))


@given(pieces=st.lists(_PIECES, max_size=30), tokens=_TOKENS, prefix=st.booleans())
@example(pieces=["a ", "a ", "a ", "a"], tokens=["a", "a"], prefix=False)
@example(pieces=["y" * 130, " a"], tokens=["y" * 64], prefix=False)
@example(pieces=["Aab-a1.b"], tokens=["a1", "b"], prefix=True)
def test_places_are_those_of_the_words(pieces: list[str], tokens: list[str], *, prefix: bool) -> None:
    text, part = FoldedText("".join(pieces)), Words(tuple(tokens), prefix=prefix)
    assert text.places(part) == [text._span(run) for run in text.runs(part)]
