"""The axes of what was read: a flat list of pairs is the product of two axes, or it is refused by name."""

from __future__ import annotations

from collections import Counter

from tanheng import labels
from tanheng.data.grid import Grid
from tanheng.errors import LabelError, MissingError


def product(columns: Grid, inner: str) -> tuple[list[str], list[str]]:
    """The two axes whose product the columns (pairs) are, in order; LabelError where a region lacks what others have.

    ``inner`` is what the second axis holds, in words. What most regions have is due, the first of them where as many
    have something else.
    """
    held: dict[str, list[str]] = {}
    for region, second in (label for label in columns.columns if isinstance(label, tuple)):
        held.setdefault(str(region), []).append(str(second))
    regions = list(held)
    seconds = list(Counter(map(tuple, held.values())).most_common(1)[0][0])
    first = next(region for region in regions if held[region] == seconds)
    labels.check_unique(seconds, what=f"{inner} of {first}", where=f"{columns.where}, header")
    try:
        columns.require_columns([(region, second) for region in regions for second in seconds])
    except LabelError as error:
        hint = f"{error.hint}; every region has the same {inner} labels in the same order"
        raise LabelError(error.what, where=error.where, hint=hint) from None
    return regions, seconds


def require_year(year: int, held: tuple[int, ...], where: object) -> None:
    """Raise MissingError, naming the years there are, unless ``year`` is one of those held."""
    if year not in held:
        hint = f"it holds {', '.join(map(str, held)) or 'none'}"
        raise MissingError(f"there is no year {year}", where=str(where), hint=hint)
