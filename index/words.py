"""The words of a text as the index knows them, for who makes a query of a text."""

from index._folding import tokens


def words_of(text: str) -> list[str]:
    """Return the different folded words of ``text``, in order."""
    return list(dict.fromkeys(tokens(text)))


__all__ = ["words_of"]
