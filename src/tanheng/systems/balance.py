"""A table brought into balance: a named step that leaves a record."""

from __future__ import annotations

import dataclasses

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from tanheng import labels
from tanheng.errors import InputError, TableError
from tanheng.kernels.balance import LIMIT, TOLERANCE, Balanced, gras
from tanheng.systems.aggregate import carried
from tanheng.systems.table import Table

Array = NDArray[np.float64]

PANEL = 2_000_000  # cells compared at a time: 16 MB


def balance(
    table: Table, output: ArrayLike | xr.DataArray | None = None, *, tolerance: float = TOLERANCE, limit: int = LIMIT
) -> Table:
    """A new table whose rows (Z, Y) and columns (Z; V) both sum to ``output`` (region, sector), in money.

    ``output`` is the table's own row output where none is given: then what changes is what makes the inputs agree with
    it. Z, Y and V change together by GRAS, by as little as the totals allow (see ``kernels.balance``): signs and zeros
    stay; the inputs of a sector without output become zero. What is kept, by declared rule:

    * the total of every final demand category of every region, as in ``table``;
    * the total of every primary input over all sectors, up to one factor for all: primary inputs must sum to final
      demand, and where they do not they are scaled to it, since a table's Y is the better known of the two;
    * F and F_Y, untouched.

    ``about.version`` of the result records the method, its steps, the largest change of a cell and the share of all
    flows that moved, and the factor on primary inputs where it is not one. What readers noted of the source stays on
    the table, but for the source's own output where another is given. ``tolerance`` is relative to each line's gross
    sum. Memory: about three times Z beside the table.

    Raises TableError where the table has no V (its primary inputs are then the balance itself, and nothing is out of
    balance), where primary inputs cannot be scaled to final demand (the signs of their totals differ), where the signs
    and zeros of a row or column cannot give its total (named), and where the steps do not settle in ``limit``;
    InputError for an ``output`` of another shape or not finite, LabelError for other labels than the table's.
    Source: Junius and Oosterhaven 2003; Lenzen, Wood and Gallego 2007.
    """
    if table.V is None:
        raise TableError(
            "there are no primary inputs (V) to balance with",
            where=table.about.name,
            hint="without V a column's primary inputs are its output less its inputs, so it balances by definition",
        )
    x = table.x.values.ravel() if output is None else _output(table, output)
    n = table.x.size
    Y, V = table.Y.values.reshape(n, -1), table.V.values.reshape(-1, n)
    final, inputs = Y.sum(axis=0), V.sum(axis=1)
    if not x.sum() >= final.sum():
        raise TableError(
            f"output sums to {x.sum():.6g}, less than final demand ({final.sum():.6g}): nothing is left for inputs",
            where=table.about.name,
            hint="give gross output, or scale final demand first",
        )
    factor = _factor(table, final.sum(), inputs.sum(), tolerance)
    old = np.zeros((n + len(V), n + Y.shape[1]))
    old[:n, :n], old[:n, n:], old[n:, :n] = table.Z.values.reshape(n, n), Y, V
    balanced = gras(
        old,
        np.concatenate([x, inputs * factor]),
        np.concatenate([x, final]),
        tolerance=tolerance,
        limit=limit,
        row=lambda i: _line(table, i, "sales", "input"),
        column=lambda j: _line(table, j, "inputs", "demand"),
    )
    new = balanced.matrix
    about = dataclasses.replace(table.about, version=f"{table.about.version}; {_record(old, balanced, factor)}")
    del old
    return table.replace(
        Z=table.Z.copy(data=np.ascontiguousarray(new[:n, :n]).reshape(table.Z.shape)),
        Y=table.Y.copy(data=np.ascontiguousarray(new[:n, n:]).reshape(table.Y.shape)),
        V=table.V.copy(data=np.ascontiguousarray(new[n:, :n]).reshape(table.V.shape)),
        about=about,
        findings=tuple(one for one in carried(table) if output is None or one.check != "output-differs"),
    )


def _output(table: Table, output: ArrayLike | xr.DataArray) -> Array:
    if isinstance(output, xr.DataArray):
        for dim, known in (("region", table.regions), ("sector", table.sectors)):
            found = [str(name) for name in output.indexes[dim]] if dim in output.indexes else []
            labels.require_same(found, known, what=dim, where=f"{table.about.name}, output")
        output = output.transpose("region", "sector").values
    x = np.asarray(output, dtype=np.float64)
    if x.shape not in (table.x.shape, (table.x.size,)) or not np.isfinite(x).all():
        shape = " x ".join(map(str, x.shape)) or "one number"
        raise InputError(
            f"output is {shape}{'' if np.isfinite(x).all() else ', not all of it finite'}",
            where=table.about.name,
            hint=f"give a number for each of {len(table.regions)} regions x {len(table.sectors)} sectors, region-major",
        )
    return x.ravel()


def _factor(table: Table, final: float, inputs: float, tolerance: float) -> float:
    """What primary inputs are multiplied by to sum to final demand; one where they do."""
    if abs(final - inputs) <= tolerance * max(abs(final), abs(inputs)):
        return final / inputs if inputs else 1.0
    if not final * inputs > 0:
        raise TableError(
            f"primary inputs sum to {inputs:.6g} and final demand to {final:.6g}: no factor brings them together",
            where=table.about.name,
            hint="the two totals of a table are the same sum; check V and Y",
        )
    return final / inputs


def _line(table: Table, position: int, sector: str, other: str) -> str:
    n = table.x.size
    if position < n:
        return f"{table.about.name}, {sector} of {table.name_of(position)}"
    if other == "input" and table.V is not None:
        return f"{table.about.name}, input {table.V.indexes['input'][position - n]}"
    region, category = divmod(position - n, len(table.demand))
    return f"{table.about.name}, region {table.regions[region]}, demand {table.demand[category]}"


def _record(old: Array, balanced: Balanced, factor: float) -> str:
    """The step in words: steps, the largest change of a cell, the share of all flows that moved."""
    largest, moved, gross = 0.0, 0.0, float(0)
    height = max(1, PANEL // max(1, old.shape[1]))
    for start in range(0, len(old), height):
        before, after = old[start : start + height], balanced.matrix[start : start + height]
        change, size = np.abs(after - before), np.abs(before)
        moved, gross = moved + float(change.sum()), gross + float(size.sum())
        share = np.divide(change, size, out=np.zeros_like(change), where=size > 0)
        largest = max(largest, float(share.max(initial=0.0)))
    text = (
        f"balanced by GRAS ({balanced.steps} steps, largest change {largest:.3%}, {moved / gross if gross else 0:.3%}"
    )
    text = text.replace("%", " %") + " of all flows moved"
    if abs(factor - 1) > TOLERANCE:
        text += f", primary inputs scaled by {factor:.6g} to final demand"
    return text + ")"
