"""A number as a text states it, apart so that fractions and figures can both make one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its span, value in the base unit of ``dimension`` (``count`` without a unit), and how it is bounded.

    ``bound`` is ``=``, ``~`` (about), ``>`` (more than) or ``<``. ``digits`` is how many significant digits were written.
    """

    start: int
    end: int
    value: float
    dimension: str
    bound: str
    digits: int
