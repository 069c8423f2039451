"""The Ghosh system: who enables what downstream, with the matrix and the factors of the Leontief system.

With B = x̂⁻¹ Z, a row of which says where a sector's output goes (each row divided by its own output; A divides each
column by its own), and G = (I−B)⁻¹ = x̂⁻¹ L x̂, both questions have the matrix M = x̂ − Z of ``leontief``:

* downstream multipliers g = G sᵀ solve  M g = F  (of each stressor), as x̂ (I−B) = M,
* enabled output vG = w x̂ solves  w M = v,

so nothing is factorised a second time. A transposed Ghosh, x̂ for the wrong side, passes every symmetric test.
Source: Ghosh 1958; Miller and Blair 2009, ch. 12.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tanheng.kernels import leontief
from tanheng.kernels.leontief import Solution, System

Array = NDArray[np.float64]


def multipliers(system: System, F: Array) -> Solution:
    """g = s Gᵀ: (K, n), units of F enabled downstream per unit of primary inputs, own emissions included.

    ``F`` is (K, n); zero where there is no output. Raises TableError when the solve does not settle.
    Source: Marques, Rodrigues, Lenzen and Domingos 2012.

    >>> Z, x = np.array([[8.0, 5], [4, 2]]), np.array([16.0, 12])
    >>> multipliers(leontief.system(Z, x, 1), np.array([[8.0, 4]])).value.round(6).tolist()
    [[1.666667, 1.066667]]
    """
    solution = leontief.embodied_output(system, np.ascontiguousarray(F.T))  # x̂ M⁻¹ F
    value = np.divide(solution.value.T, system.x, out=np.zeros(F.shape), where=system.active)
    return Solution(value, solution.residual, solution.passes)


def enabled_output(system: System, v: Array) -> Solution:
    """v G: (m, n), the output of every sector that each of m sets of primary inputs v (m, n) pays for, in money.

    The primary inputs of all sectors together enable all output: ``enabled_output(x − column sums of Z) = x``.
    Raises TableError when the solve does not settle. Source: Ghosh 1958; Miller and Blair 2009, ch. 12.
    """
    solution = leontief.multipliers(system, v)
    return Solution(solution.value * system.x, solution.residual, solution.passes)
