"""Every error that tanheng raises for a user's mistake, in one tree.

    TanhengError
    ├── InputError          a file, or something in it, is not as it must be
    │   ├── LabelError      a label is unknown, missing, doubled or in the wrong place
    │   ├── MissingError    a number, a region or a year that should be there is not
    │   ├── UnitError       a unit is unknown, or unlike units meet
    │   └── LedgerError     rows break a rule of the ledger
    ├── TableError          a table or a process system cannot be computed with
    │   ├── UnproductiveError   spectral radius of A at or above 1
    │   ├── SingularError       a process system has no solution
    │   └── ConservationError   an account does not add up to what it must
    ├── QuestionError       the table is fine, the question is not (unknown account, year, group)
    └── NormError           a norm is unknown, or asked for outside its validity

Each is one line: where, what is wrong, and the way out (convention 13).
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class TanhengError(Exception):
    """What is wrong (``what``), where (``where``) and what to do (``hint``), printed as one line."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        line = f"{where}: {what}" if where else what
        super().__init__(f"{line}; {hint}" if hint else line)


class InputError(TanhengError):
    """A file, or something in it, is not as it must be."""


class LabelError(InputError):
    """A label is unknown, missing, doubled or in the wrong place."""


class MissingError(InputError):
    """A number, a region or a year that should be there is not."""


class UnitError(InputError):
    """A unit is unknown, or unlike units meet."""


class LedgerError(InputError):
    """Rows break a rule of the ledger: not its columns, twice, without a source, a credit in a total."""


class TableError(TanhengError):
    """A table or a process system cannot be computed with."""


class UnproductiveError(TableError):
    """The table consumes at least as much as it makes: spectral radius of A at or above 1."""


class SingularError(TableError):
    """A process system has no solution: a product that nothing makes, or a loop that uses all it makes."""


class ConservationError(TableError):
    """An account does not add up to what it must."""


class QuestionError(TanhengError):
    """The table is fine, the question is not."""


class NormError(TanhengError):
    """A norm is unknown, or was asked for outside its validity."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names what is known, the most similar first.

    >>> nearest("CHNA", ["CHN", "USA"])
    'did you mean CHN?'
    >>> nearest("x", ["CHN", "USA"])
    'known are CHN, USA'
    """
    names = [str(name) for name in known]
    folded = {name.casefold(): name for name in names}
    close = [folded[key] for key in get_close_matches(str(word).casefold(), folded, n=3, cutoff=0.6)]
    if close:
        return f"did you mean {' or '.join(close)}?"
    shown = ", ".join(names[:12]) + (f", ... ({len(names)} in all)" if len(names) > 12 else "")
    return f"known are {shown}" if names else "none is known"
