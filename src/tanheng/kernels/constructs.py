"""Technology models: from supply and use to a symmetric table.

An industry makes several products, so a square table needs an assumption. The four of the Eurostat manual of supply,
use and input-output tables (Beutel, 2008 edition, chapter 11), with V the supply of one region (industries by
products), its product outputs q = Vᵀ1 and its industry outputs g = V1, two different vectors:

    A  product by product    product technology: a product has one recipe, whoever makes it     T = (Vᵀ)⁻¹ q̂
    B  product by product    industry technology: an industry has one recipe, whatever it makes T = ĝ⁻¹ V
    C  industry by industry  fixed industry sales: an industry sells to the same, whatever      T = ĝ (Vᵀ)⁻¹
    D  industry by industry  fixed product sales: a product is sold to the same, by whomever    T = V q̂⁻¹

T is industries by products in all four. A and B give what an industry uses (columns of U; primary inputs, stressors) to
products, U T; the rows of T sum to one. C and D give what is used of a product (rows of U, of final demand) to
industries, T U; the columns of T sum to one. So every total is kept. A and C are the transposed inverses of D and B:
they need as many products as industries, and may give negative cells, which stay.

Where an industry makes nothing its row of T is zero, and where nobody makes a product its column is: the caller must
see that nothing is lost there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import TableError

Array = NDArray[np.float64]
Model = Literal["A", "B", "C", "D"]

MODELS: Mapping[Model, str] = {
    "A": "product by product, model A (product technology)",
    "B": "product by product, model B (industry technology)",
    "C": "industry by industry, model C (fixed industry sales structure)",
    "D": "industry by industry, model D (fixed product sales structure)",
}
CANCELLED = 1e-12  # of the supply without sign: below it an output is what is left of numbers that cancel
WORST_CONDITION = 1e10  # of the shares to invert: above it fewer than six digits of the result would be right
PANEL = 2_000_000  # cells of the use table transformed at a time: 16 MB


def outputs(supply: Array) -> tuple[Array, Array]:
    """Product outputs q (P,) and industry outputs g (I,) of ``supply`` (I, P), in its unit.

    >>> outputs(np.array([[90.0, 0.0], [10.0, 100.0]]))
    (array([100., 100.]), array([ 90., 110.]))
    """
    return supply.sum(axis=0), supply.sum(axis=1)


def transformation(
    model: Model,
    supply: Array,
    *,
    where: str = "",
    industry: Callable[[int], str] = str,
    product: Callable[[int], str] = str,
) -> Array:
    """The transformation matrix T (I, P) of one region, without unit, from its ``supply`` (I, P).

    ``where``, ``industry`` and ``product`` are words for messages. Raises TableError for A and C where the products
    made are not as many as the industries making them or the supply cannot be inverted, and for all models where the
    supply of an industry or product cancels to nothing. Source: Eurostat 2008, chapter 11.

    >>> transformation("D", np.array([[90.0, 0.0], [10.0, 100.0]])).round(2).tolist()
    [[0.9, 0.0], [0.1, 1.0]]
    """
    at = f"{where}, " if where else ""
    q, g = outputs(supply)
    gross = np.abs(supply)
    if model in "AD":
        shares = supply * _inverse(q, gross.sum(axis=0), lambda j: f"{at}product {product(j)}")
    else:
        shares = supply * _inverse(g, gross.sum(axis=1), lambda i: f"{at}industry {industry(i)}")[:, None]
    if model in "BD":
        return shares
    return _inverse_transposed(shares, model, where)


def by_products(T: Array, amounts: Array) -> Array:
    """What industries use, given to products (models A and B): (m, R, P) from ``amounts`` (m, R, I) and T (R, I, P).

    Every region's columns are transformed by its own T. One pass over ``amounts``, in panels; nothing is copied beside
    the result. Serves the use table (m = rows of it), primary inputs and stressors alike; unit as ``amounts``.
    """
    rows, regions, industries = amounts.shape
    out = np.empty((rows, regions, T.shape[2]))
    height = max(1, PANEL // max(1, regions * industries))
    for start in range(0, rows, height):
        panel = slice(start, start + height)
        np.matmul(amounts[panel].transpose(1, 0, 2), T, out=out[panel].transpose(1, 0, 2))
    return out


def by_industries(T: Array, amounts: Array) -> Array:
    """What is used of products, given to industries (models C and D): (R, I, m) from (R, P, m) and T (R, I, P).

    Every region's rows are transformed by its own T; unit as ``amounts``.
    """
    return np.asarray(np.matmul(T, amounts))


def _inverse(output: Array, gross: Array, name: Callable[[int], str]) -> Array:
    """1 / output, zero where nothing is made; raises TableError where what is made cancels."""
    cancelled = (gross > 0) & (np.abs(output) <= CANCELLED * gross)
    if cancelled.any():
        raise TableError(
            f"its supply cancels to nothing ({gross[cancelled][0]:.6g} in cells of both signs)",
            where=name(int(cancelled.argmax())),
            hint="look at the negative cells of the supply table there",
        )
    return np.divide(1.0, output, out=np.zeros_like(output), where=gross > 0)


def _inverse_transposed(shares: Array, model: Model, where: str) -> Array:
    """(sharesᵀ)⁻¹ over the industries that make something and the products that are made, zero elsewhere."""
    active = shares != 0
    making, made = np.flatnonzero(active.any(axis=1)), np.flatnonzero(active.any(axis=0))
    other: Model = "B" if model == "A" else "D"
    hint = f"use model {other}, which inverts nothing and gives a table {MODELS[other].partition(',')[0]} too"
    if len(making) != len(made):
        raise TableError(
            f"model {model} needs as many products as industries: {len(making)} industries make {len(made)} products",
            where=where,
            hint=hint,
        )
    T = np.zeros_like(shares)
    if not len(made):
        return T
    block = shares[np.ix_(making, made)]
    condition = float(np.linalg.cond(block, 1))
    if not condition < WORST_CONDITION:
        raise TableError(
            f"model {model} needs a supply table that can be inverted: this one has condition {condition:.2g}, "
            "some industries make the same mix of products",
            where=where,
            hint=hint,
        )
    T[np.ix_(making, made)] = np.linalg.inv(block.T)
    return T
