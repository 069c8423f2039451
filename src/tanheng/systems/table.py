"""One year of a multi-regional input-output table with its stressors, frozen."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from tanheng import labels, provenance
from tanheng.errors import InputError, LabelError, TableError
from tanheng.kernels import leontief
from tanheng.systems.about import About
from tanheng.systems.arrays import named, names, require_finite, require_names, shut
from tanheng.systems.finding import Finding

Array = NDArray[np.float64]

BALANCE = "value added, taxes and margins (balance)"
ROUNDING = 1e-6  # of the table's output: published tables are rounded, WIOD 1995 has an output of -2 in 5e7 million USD
CANCELLED = 1e-12  # of the sales without sign: a thousand times the rounding of a sum of ten thousand numbers
DIRECT = "direct"  # the line of emissions that belong to no sector

_BY_SECTOR, _BY_DEMAND = ("region", "sector"), ("to_region", "demand")
_DIMS = {
    "Z": (*_BY_SECTOR, "to_region", "to_sector"),
    "Y": (*_BY_SECTOR, *_BY_DEMAND),
    "F": ("stressor", *_BY_SECTOR),
    "F_Y": ("stressor", *_BY_DEMAND),
    "V": ("input", *_BY_SECTOR),
}


@dataclass(frozen=True, eq=False)
class Table:
    """A multi-regional input-output table of one year.

    ``Z(region, sector, to_region, to_sector)``, ``Y(region, sector, to_region, demand)`` and ``V(input, region,
    sector)`` in ``about.currency``; ``F(stressor, region, sector)`` and ``F_Y(stressor, to_region, demand)`` in
    ``about.units``. ``findings`` travel with it: what its reader did and what its checks found. Nothing is edited in
    place: ``replace`` makes a new table. What follows from it (``x``, multipliers, ...) is derived once and kept.
    """

    Z: xr.DataArray
    Y: xr.DataArray
    F: xr.DataArray
    about: About
    F_Y: xr.DataArray | None = None
    V: xr.DataArray | None = None
    findings: tuple[Finding, ...] = ()

    # -- making -------------------------------------------------------------------------------------------------------

    @classmethod
    def from_arrays(
        cls,
        Z: ArrayLike,
        Y: ArrayLike,
        F: ArrayLike,
        *,
        regions: Sequence[str],
        sectors: Sequence[str],
        demand: Sequence[str],
        stressors: Sequence[str],
        F_Y: ArrayLike | None = None,
        V: ArrayLike | None = None,
        inputs: Sequence[str] | None = None,
        about: About | Mapping[str, Any],
    ) -> Table:
        """A table from plain arrays in region-major order.

        ``Z`` (n, n), ``Y`` (n, R*D), ``F`` (K, n), ``F_Y`` (K, R*D), ``V`` (I, n), with n = R*S. Row-major float64
        arrays are not copied.
        Raises InputError for a wrong shape, a bad year or a stressor without a unit, LabelError for missing, doubled or
        blank labels, MissingError for a NaN (named by its labels), TableError for a negative output (beyond rounding: a
        millionth of the whole; below it a sector has no output), UnitError for a unit that is not known.

        >>> table = Table.from_arrays([[8, 5], [4, 2]], [[3, 0], [0, 6]], [[8, 4]], regions=["a", "b"], sectors=["all"],
        ...     demand=["final"], stressors=["CO2"],
        ...     about={"name": "Kitzes 2013", "year": 2013, "currency": "USD", "units": {"CO2": "t"}})
        >>> table.x.values.ravel().tolist()
        [16.0, 12.0]
        """
        about = About.of(about)
        R, S, D, K = names(regions), names(sectors), names(demand), names(stressors)
        for what, given in (("region", R), ("sector", S), ("demand", D), ("stressor", K)):
            require_names(given, what, about.name)
        by_sector = {"region": R, "sector": S}
        by_demand = {"to_region": R, "demand": D}
        if V is not None and inputs is None:
            count = np.atleast_2d(np.asarray(V)).shape[0]
            inputs = ["value added"] if count == 1 else [f"input {i + 1}" for i in range(count)]
        where = about.name
        return cls(
            Z=named(Z, "Z", where, by_sector, {"to_region": R, "to_sector": S}),
            Y=named(Y, "Y", where, by_sector, by_demand),
            F=named(F, "F", where, {"stressor": K}, by_sector),
            F_Y=None if F_Y is None else named(F_Y, "F_Y", where, {"stressor": K}, by_demand),
            V=None if V is None else named(V, "V", where, {"input": names(inputs or ())}, by_sector),
            about=about,
        )

    def replace(self, **changes: Any) -> Table:
        """A new table with these fields exchanged (``Z``, ``Y``, ``F``, ``F_Y``, ``V``, ``about``), validated again.

        Its findings are not taken over, unless they are given: they were about other numbers.
        Raises as ``from_arrays`` does, and LabelError for other labels or dimensions than the table's, or their order.
        """
        return dataclasses.replace(self, **{"findings": (), **changes})

    def noted(self, findings: tuple[Finding, ...]) -> Table:
        """The same table with these findings; nothing is validated or derived again."""
        return _unchecked(vars(self) | {"findings": findings})

    @classmethod
    def restored(
        cls,
        arrays: Mapping[str, Array],
        *,
        labels: Mapping[str, Sequence[str]],
        about: About,
        findings: tuple[Finding, ...],
        margins: leontief.Margins,
        hash: str,
    ) -> Table:
        """A table that was validated before it was stored: opened without a look at its numbers, which may be mapped.

        ``arrays`` are Z, Y, F and, where there are, F_Y, V in the shapes of the class, ``labels`` those of region,
        sector, demand, stressor and input; ``margins`` and ``hash`` were derived when it was stored.
        """
        named = dict(labels) | {"to_region": labels["region"], "to_sector": labels["sector"]}
        parts: dict[str, Any] = dict.fromkeys(_DIMS)
        for name, values in arrays.items():
            coords = {dim: named[dim] for dim in _DIMS[name]}
            parts[name] = shut(xr.DataArray(values, coords, tuple(coords), name=name))
        return _unchecked({**parts, "about": about, "findings": findings, "margins": margins, "hash": hash})

    def only(self, stressors: Sequence[str]) -> Table:
        """The same table with these stressors alone; what was derived from Z, and the hash, are shared."""
        chosen = {name: getattr(self, name) for name in ("F", "F_Y")}
        parts = {name: None if a is None else shut(a.sel(stressor=list(stressors))) for name, a in chosen.items()}
        shared = {"system": self.system, "margins": self.margins, "x": self.x, "hash": self.hash}
        return _unchecked({item.name: getattr(self, item.name) for item in dataclasses.fields(self)} | parts | shared)

    def __post_init__(self) -> None:
        object.__setattr__(self, "about", About.of(self.about))
        for name in _DIMS:
            array = getattr(self, name)
            if array is not None:
                object.__setattr__(self, name, shut(_laid_out(array, name, self.about.name)))
        self._require_labels()
        for name in ("Y", "F", "F_Y", "V"):
            array = getattr(self, name)
            if array is not None:
                require_finite(array, name, self.about.name)
        self._require_output()

    def _require_labels(self) -> None:
        for what in ("region", "sector", "demand", "stressor"):
            given = getattr(self, f"{what}s" if what != "demand" else what)
            require_names(given, what, self.about.name)
        for stressor in self.stressors:
            if stressor not in self.about.units:
                raise InputError(
                    f"stressor {stressor} has no unit",
                    where=self.about.name,
                    hint=f"add it to [units] of about; units are given for {', '.join(self.about.units) or 'none'}",
                )
        sources = {"region": self.regions, "to_region": self.regions, "sector": self.sectors, "to_sector": self.sectors}
        sources |= {"demand": self.demand, "stressor": self.stressors}
        for name, dims in _DIMS.items():
            array = getattr(self, name)
            for dim in () if array is None else dims:
                found, where = tuple(array.indexes[dim]), f"{self.about.name}, {name}"
                if dim == "input":
                    require_names(found, dim, where)
                elif found != sources[dim]:
                    labels.require_same(found, sources[dim], what=dim, where=where)

    def _require_output(self) -> None:
        x = self.x.values
        if not np.isfinite(x).all():  # one pass over Z finds out; only then is the cell looked for
            require_finite(self.Z, "Z", self.about.name)
        if x.min() < -ROUNDING * np.abs(x).sum():
            worst = int(x.argmin())
            raise TableError(
                f"the output is negative ({x.flat[worst]:.6g} {self.about.currency})",
                where=f"{self.about.name}, {self.name_of(worst)}",
                hint="output is the row sum of Z and Y: look for negative sales in that row",
            )

    # -- labels -------------------------------------------------------------------------------------------------------

    @property
    def year(self) -> int:
        """The year of the table."""
        return self.about.year

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """The R regions."""
        return tuple(self.Z.indexes["region"])

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """The S sectors."""
        return tuple(self.Z.indexes["sector"])

    @cached_property
    def demand(self) -> tuple[str, ...]:
        """The D final demand categories."""
        return tuple(self.Y.indexes["demand"])

    @cached_property
    def stressors(self) -> tuple[str, ...]:
        """The K stressors."""
        return tuple(self.F.indexes["stressor"])

    def name_of(self, position: int) -> str:
        """The words for a row of the flattened table: 'region CHN, sector c12'."""
        region, sector = divmod(position, len(self.sectors))
        return f"region {self.regions[region]}, sector {self.sectors[sector]}"

    # -- what follows from it -----------------------------------------------------------------------------------------

    @cached_property
    def hash(self) -> str:
        """BLAKE3 over labels, units and numbers (convention 8); computed once."""
        arrays = [a for a in (self.Z, self.Y, self.F, self.F_Y, self.V) if a is not None]
        texts = [repr(sorted((vars(self.about) | {"units": sorted(self.about.units.items())}).items()))]
        texts += [f"{a.dims}{[list(a.indexes[d]) for d in a.dims]}" for a in arrays]
        return provenance.digest(texts, [a.values for a in arrays])

    @cached_property
    def margins(self) -> leontief.Margins:
        """Row and column sums of Z, in money: the one pass that everything else starts from."""
        n = len(self.regions) * len(self.sectors)
        return leontief.margins(self.Z.values.reshape(n, n))

    @cached_property
    def x(self) -> xr.DataArray:
        """Gross output (region, sector), money: the row sums of Z and Y, so that accounts balance by construction."""
        shape = self.Z.shape[:2]
        total = self.margins.rows.reshape(shape) + self.final_demand.values.sum(axis=2)
        coords = {dim: self.Z.indexes[dim] for dim in ("region", "sector")}
        return shut(xr.DataArray(total, coords, tuple(coords), attrs={"units": self.about.currency}))

    @cached_property
    def final_demand(self) -> xr.DataArray:
        """Y summed over categories (region, sector, to_region), money."""
        return shut(self.Y.sum("demand", skipna=False))

    @cached_property
    def has_output(self) -> NDArray[np.bool_]:
        """Where there is output (R, S): where it is more than what is left of sales that cancel to nothing."""
        Y = self.Y.values
        final = np.abs(Y).sum(axis=(2, 3)) if Y.min() < 0 else self.final_demand.values.sum(axis=2)
        return np.asarray(self.x.values > CANCELLED * (self.margins.gross_rows.reshape(self.x.shape) + final))

    @cached_property
    def active_F(self) -> xr.DataArray:
        """F of sectors with output (stressor, region, sector); the rest is ``stranded``."""
        return _like(self.F, np.where(self.has_output, self.F.values, 0.0))

    @cached_property
    def stranded(self) -> xr.DataArray:
        """F of sectors without output (stressor, region, sector)."""
        return _like(self.F, np.where(self.has_output, 0.0, self.F.values))

    @cached_property
    def intensity(self) -> xr.DataArray:
        """s = F x̂⁻¹ (stressor, region, sector), stressor per money; zero where there is no output."""
        return _like(self.F, self.per_output(self.F.values))

    def per_output(self, amounts: Array) -> Array:
        """``amounts`` (..., R, S) per unit of output, zero where there is none."""
        return np.asarray(np.divide(amounts, self.x.values, out=np.zeros(amounts.shape), where=self.has_output))

    @cached_property
    def primary_inputs(self) -> xr.DataArray:
        """V summed over inputs (region, sector) in money; without V, output less intermediate inputs (``BALANCE``)."""
        if self.V is not None:
            return shut(self.V.sum("input", skipna=False))
        rest = self.x.values.ravel() - self.margins.columns
        return _like(self.x, rest.reshape(self.x.shape))

    @cached_property
    def system(self) -> leontief.System:
        """The Leontief system, prepared once. Raises UnproductiveError (see kernels.leontief)."""
        n = self.x.size
        return leontief.system(
            self.Z.values.reshape(n, n),
            self.x.values.ravel(),
            len(self.sectors),
            active=self.has_output.ravel(),
            known=self.margins,
            name=lambda position: f"{self.about.name}, {self.name_of(position)}",
        )

    @cached_property
    def multipliers(self) -> xr.DataArray:
        """m = s L (stressor, region, sector), stressor per money; attrs hold the residual of the solve."""
        solution = leontief.multipliers(self.system, self.F.values.reshape(len(self.stressors), -1))
        return _like(self.F, solution.value.reshape(self.F.shape), residual=_worst(solution))

    @cached_property
    def embodied_output(self) -> xr.DataArray:
        """L Y by final consumer (region, sector, to_region), money: the output that each region's final use takes.

        Deliveries to sectors without output (``undelivered``) count as final use of their own region.
        """
        solution = leontief.embodied_output(self.system, self.final_use.values.reshape(self.x.size, -1))
        value = solution.value.reshape(*self.x.shape, len(self.regions))
        return _like(self.final_use, value, residual=_worst(solution))

    @cached_property
    def final_use(self) -> xr.DataArray:
        """Final demand, and ``undelivered`` with it (region, sector, to_region), money."""
        if self.undelivered is None:
            return self.final_demand
        return _like(self.final_demand, self.final_demand.values + self.undelivered)

    @cached_property
    def undelivered(self) -> Array | None:
        """Deliveries to sectors without output, by receiving region (R, S, R), money; None if there are none.

        Such inputs pass into nothing that is sold. What is embodied in them is part of the residual (convention 6).
        """
        idle = ~self.has_output
        lost = np.zeros((*self.x.shape, len(self.regions)))
        for region, sector in zip(*np.nonzero(idle), strict=True):
            lost[:, :, region] += self.Z.values[:, :, region, sector]
        return lost if lost.any() else None


def _unchecked(state: Mapping[str, Any]) -> Table:
    """A table with these fields and derived things, as they are."""
    table = object.__new__(Table)
    vars(table).update(state)
    return table


def _worst(solution: leontief.Solution) -> float:
    return float(solution.residual.max(initial=0.0))


def _laid_out(array: Any, name: str, where: str) -> xr.DataArray:
    """``array``, if it is a DataArray with the dimensions of ``name`` in their order; raises LabelError if not."""
    if isinstance(array, xr.DataArray) and array.dims == _DIMS[name]:
        return array
    found = array.dims if isinstance(array, xr.DataArray) else type(array).__name__
    hint = "transpose it by name, or make the table with Table.from_arrays"
    raise LabelError(f"{name} is {found}, not {_DIMS[name]}", where=where, hint=hint)


def _like(array: xr.DataArray, values: Array, **attrs: Any) -> xr.DataArray:
    """``values`` under the labels of ``array``, closed to writing."""
    return shut(array.copy(deep=False, data=values).assign_attrs(attrs))
