"""Exact alignment by label (convention 2): axes are never matched by position and never sorted behind the user's back.

A label is a string, or a tuple of strings for an axis of two levels such as (region, sector).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from tanheng.errors import LabelError, nearest

_SHOWN = 5  # labels named in a message; the rest are counted, so that the message stays one line


def check_unique(labels: Iterable[Hashable], *, what: str, where: str = "") -> None:
    """Raise LabelError when a label occurs twice; ``what`` names the axis ("sector"), ``where`` the file or the array.

    >>> check_unique(["CHN", "USA", "CHN"], what="region", where="Z.csv")
    Traceback (most recent call last):
    tanheng.errors.LabelError: Z.csv: region CHN occurs twice; give every region once
    """
    counts = Counter(labels)
    doubled = [label for label, count in counts.items() if count > 1]
    if doubled:
        times = "twice" if max(counts.values()) == 2 else "more than once"
        raise LabelError(f"{what} {_listed(doubled)} occurs {times}", where=where, hint=f"give every {what} once")


def positions(
    want: Sequence[Hashable], have: Sequence[Hashable], *, what: str, where: str = ""
) -> npt.NDArray[np.intp]:
    """Where each label of ``want`` stands in ``have``: integers (len(want),), so that ``have[positions] == want``.

    Raises LabelError when ``have`` holds a label twice or lacks one that is wanted, naming the nearest ones.

    >>> positions(["USA", "CHN"], ["CHN", "DEU", "USA"], what="region")
    array([2, 0])
    """
    check_unique(have, what=what, where=where)
    place = {label: at for at, label in enumerate(have)}
    unknown = [label for label in want if label not in place]
    if unknown:
        raise LabelError(f"{what} {_listed(unknown)} is not known", where=where, hint=_near(unknown[0], have))
    return np.fromiter((place[label] for label in want), dtype=np.intp, count=len(want))


def require_same(have: Sequence[Hashable], want: Sequence[Hashable], *, what: str, where: str = "") -> None:
    """Raise LabelError unless ``have`` holds exactly the labels of ``want``, in their order.

    The error tells doubled, unknown, missing and misplaced labels apart. Source: convention 2.

    >>> require_same(["CHN", "DEU"], ["DEU", "CHN"], what="region", where="Y.csv")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    tanheng.errors.LabelError: Y.csv: region 1 is CHN where DEU is due: the labels are right, their order is not; ...
    """
    have, want = list(have), list(want)
    check_unique(want, what=what, where=where)
    if have == want:
        return
    check_unique(have, what=what, where=where)
    _require_known(have, want, what, where)
    _require_present(have, want, what, where)
    at = next(i for i, pair in enumerate(zip(have, want, strict=True)) if pair[0] != pair[1])
    raise LabelError(
        f"{what} {at + 1} is {_shown(have[at])} where {_shown(want[at])} is due:"
        " the labels are right, their order is not",
        where=where,
        hint="reorder it by label (in Python: take tanheng.labels.positions(want, have) of that axis)",
    )


def _require_known(have: list[Hashable], want: list[Hashable], what: str, where: str) -> None:
    known = set(want)
    unknown = [label for label in have if label not in known]
    if unknown:
        raise LabelError(f"{what} {_listed(unknown)} is not known", where=where, hint=_near(unknown[0], want))


def _require_present(have: list[Hashable], want: list[Hashable], what: str, where: str) -> None:
    given = set(have)
    missing = [label for label in want if label not in given]
    if missing:
        hint = "add it; a true zero must be written as 0"  # convention 1: missing is not zero
        raise LabelError(f"{what} {_listed(missing)} is missing", where=where, hint=hint)


def _near(label: Hashable, known: Iterable[Hashable]) -> str:
    return nearest(_shown(label), [_shown(one) for one in known])


def _shown(label: Hashable) -> str:
    text = " ".join(str(part) for part in label) if isinstance(label, tuple) else str(label)
    plain = text and text == " ".join(text.split())
    return text if plain else repr(text)  # quoted, a stray blank shows and a line break stays in the line


def _listed(labels: Sequence[Hashable]) -> str:
    names = ", ".join(_shown(label) for label in labels[:_SHOWN])
    return f"{names} and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else names
