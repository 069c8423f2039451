"""Re-exports traced to where goods were made: M = D (I − R)⁻¹, F = M (I − ρ̂).

D (n, n) are exports of a country's own make, origin by destination, P (n, n) what it exports of its imports, i the
imports of each, the column sums of both. R = î⁻¹ P holds the share of a country's imports that it passes on to each
other one, ρ its row sums. The power series of R follows goods from hub to hub. M are all imports of each destination by
where they were made, and add up to its imports; F is what each keeps of them, in which every unit is there once: its
row sums are the own exports of each maker, its column sums the imports that a destination keeps.
Source: with exports drawn from make and imports in proportion (``proportional``), this is Kastner, Kastner and Nonhebel
2011, Tracing distant environmental impacts of agricultural products from a consumer perspective, Ecological Economics
70: x = p + Z 1, A = Z x̂⁻¹, (I − A)⁻¹ p̂, off the diagonal.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, SingularError

Array = NDArray[np.float64]

TOLERANCE = 1e-9  # of a country's imports, by which its re-exports may be more: rounding of the source


def imports_by_maker(own: Array, passed: Array, name: Callable[[int], str] = str) -> Array:
    """M (n, n): all imports of each destination by maker, from ``own`` exports (n, n) and those ``passed`` on (n, n).

    Raises InputError naming a country that passes on more than it imports, SingularError where goods only go round.

    >>> own, passed = np.array([[0, 10, 0], [0, 0, 0], [0, 0, 0.0]]), np.array([[0, 0, 0], [0, 0, 6], [0, 0, 0.0]])
    >>> imports_by_maker(own, passed)[0].tolist(), kept_by_maker(own, passed)[0].tolist()
    ([0.0, 10.0, 6.0], [0.0, 4.0, 6.0])
    """
    R = reexport_shares(own, passed, name)
    system = np.eye(len(R)) - R
    try:
        M = np.linalg.solve(system.T, own.T).T
    except np.linalg.LinAlgError:
        raise _circular() from None
    if not np.abs(M @ system - own).max(initial=0.0) <= TOLERANCE * max(float(own.max(initial=0.0)), 1e-300):
        raise _circular()
    return np.asarray(M)


def kept_by_maker(own: Array, passed: Array, name: Callable[[int], str] = str) -> Array:
    """F (n, n): imports by maker less what is passed on. Raises as ``imports_by_maker``."""
    shares = reexport_shares(own, passed, name).sum(axis=1)
    kept = 1.0 - np.minimum(shares, 1.0)  # at most the rounding that reexport_shares lets pass
    return np.asarray(imports_by_maker(own, passed, name) * kept)


def reexport_shares(own: Array, passed: Array, name: Callable[[int], str] = str) -> Array:
    """R (n, n): the share of each country's imports (rows) that it passes on to each other one. Raises InputError."""
    imports, out = (own + passed).sum(axis=0), passed.sum(axis=1)
    over = out - imports
    bad = over > TOLERANCE * np.maximum(imports, out)
    if bad.any():
        worst = int(np.argmax(np.where(bad, over, -np.inf)))
        what = f"re-exports {out[worst]:.6g}, more than its imports {imports[worst]:.6g}"
        raise InputError(what, where=name(worst), hint="lower its re-export share, or see which imports are missing")
    return np.asarray(np.divide(passed, imports[:, None], out=np.zeros_like(passed), where=imports[:, None] > 0))


def proportional(trade: Array, production: Array, name: Callable[[int], str] = str) -> tuple[Array, Array]:
    """``trade`` (n, n) as own and passed-on exports, where a country exports make and imports in their proportion.

    ``production`` (n,) in the unit of trade. Raises InputError naming a country that exports more than it has.

    >>> own, passed = proportional(np.array([[0, 8, 0], [0, 0, 6], [0, 0, 0.0]]), np.array([20.0, 4, 0]))
    >>> own[1].tolist(), passed[1].tolist()
    ([0.0, 0.0, 2.0], [0.0, 0.0, 4.0])
    """
    imports, exports = trade.sum(axis=0), trade.sum(axis=1)
    supply = production + imports
    bad = exports - supply > TOLERANCE * supply
    if bad.any():
        worst = int(np.argmax(np.where(bad, exports - supply, -np.inf)))
        what = f"exports {exports[worst]:.6g}, more than its production and imports {supply[worst]:.6g}"
        raise InputError(what, where=name(worst), hint="correct its production, or give its re-export share instead")
    share = np.divide(imports, supply, out=np.zeros_like(supply), where=supply > 0)[:, None]
    return trade * (1.0 - share), trade * share


def _circular() -> SingularError:
    hint = "some countries pass on all they import, to each other: lower their re-export shares"
    return SingularError("goods go round without having been made anywhere", hint=hint)
