"""One year of a multi-regional supply-use table with its stressors, frozen; and the symmetric tables it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from tanheng import labels
from tanheng import units as units_of_measure
from tanheng.errors import InputError, LabelError, QuestionError, TableError, UnitError, nearest
from tanheng.kernels import constructs, leontief
from tanheng.kernels.constructs import MODELS, Model
from tanheng.systems.about import About
from tanheng.systems.arrays import named, names, require_finite, require_names, shut
from tanheng.systems.table import Table

Array = NDArray[np.float64]

NOISE = 1e-12  # of the row without sign: a negative cell smaller than it is the rounding of an inverse

_DIMS = {
    "supply": ("region", "industry", "product"),
    "use": ("region", "product", "to_region", "to_industry"),
    "Y": ("region", "product", "to_region", "demand"),
    "F": ("stressor", "region", "industry"),
    "F_Y": ("stressor", "to_region", "demand"),
    "V": ("input", "region", "industry"),
}


@dataclass(frozen=True, eq=False)
class SupplyUse:
    """A multi-regional supply-use table of one year.

    ``supply(region, industry, product)`` (an industry makes its products at home), ``use(region, product, to_region,
    to_industry)`` and ``Y(region, product, to_region, demand)``, in ``about.currency``, or product by product in
    ``units``; ``V(input, region, industry)`` in ``about.currency``; ``F(stressor, region, industry)`` and
    ``F_Y(stressor, to_region, demand)`` in ``about.units``. Frozen as ``Table`` is.

    ``units`` gives every product's unit where they are not all money (a hybrid table in tonnes, TJ and EUR). Product
    outputs and the balance then hold product by product, but what adds unlike products does not (convention 3): there
    are no industry outputs, and no symmetric table, whose sectors must share one money. Of the models only A would be
    free of units, and it needs as many products as industries.
    """

    supply: xr.DataArray
    use: xr.DataArray
    Y: xr.DataArray
    F: xr.DataArray
    about: About
    F_Y: xr.DataArray | None = None
    V: xr.DataArray | None = None
    units: Mapping[str, str] | None = None

    # -- making -------------------------------------------------------------------------------------------------------

    @classmethod
    def from_arrays(
        cls,
        supply: ArrayLike,
        use: ArrayLike,
        Y: ArrayLike,
        F: ArrayLike,
        *,
        regions: Sequence[str],
        industries: Sequence[str],
        products: Sequence[str],
        demand: Sequence[str],
        stressors: Sequence[str],
        F_Y: ArrayLike | None = None,
        V: ArrayLike | None = None,
        inputs: Sequence[str] | None = None,
        units: Mapping[str, str] | None = None,
        about: About | Mapping[str, Any],
    ) -> SupplyUse:
        """A supply-use table from plain arrays in region-major order.

        ``supply`` (R, I, P), ``use`` (R*P, R*I), ``Y`` (R*P, R*D), ``F`` (K, R*I), ``F_Y`` (K, R*D), ``V`` (N, R*I).
        Row-major float64 arrays are not copied.
        Raises InputError for a wrong shape, a bad year, a stressor or product without a unit, LabelError for missing,
        doubled or blank labels, MissingError for a NaN (named by its labels), UnitError for a unit that is not known.

        >>> table = SupplyUse.from_arrays([[[90, 0], [10, 100]]], [[12, 8], [10, 7]], [[80], [83]], [[9, 11]],
        ...     regions=["r"], industries=["i1", "i2"], products=["p1", "p2"], demand=["final"], stressors=["CO2"],
        ...     about={"name": "Miller and Blair", "year": 2009, "currency": "USD", "units": {"CO2": "t"}})
        >>> table.symmetric("D").Z.values.reshape(2, 2).round(3).tolist()
        [[10.8, 7.2], [11.2, 7.8]]
        """
        about = About.of(about)
        where, R, J, P = about.name, names(regions), names(industries), names(products)
        D, K = names(demand), names(stressors)
        for what, given in (("region", R), ("industry", J), ("product", P), ("demand", D), ("stressor", K)):
            require_names(given, what, where)
        by_product, by_industry = {"region": R, "product": P}, {"region": R, "industry": J}
        by_user, by_demand = {"to_region": R, "to_industry": J}, {"to_region": R, "demand": D}
        if V is not None and inputs is None:
            count = np.atleast_2d(np.asarray(V)).shape[0]
            inputs = ["value added"] if count == 1 else [f"input {i + 1}" for i in range(count)]
        return cls(
            supply=named(supply, "supply", where, {"region": R}, {"industry": J, "product": P}),
            use=named(use, "use", where, by_product, by_user),
            Y=named(Y, "Y", where, by_product, by_demand),
            F=named(F, "F", where, {"stressor": K}, by_industry),
            F_Y=None if F_Y is None else named(F_Y, "F_Y", where, {"stressor": K}, by_demand),
            V=None if V is None else named(V, "V", where, {"input": names(inputs or ())}, by_industry),
            about=about,
            units=units,
        )

    def __post_init__(self) -> None:
        object.__setattr__(self, "about", About.of(self.about))
        for name, dims in _DIMS.items():
            array = getattr(self, name)
            if array is None:
                continue
            if not isinstance(array, xr.DataArray) or array.dims != dims:
                found = array.dims if isinstance(array, xr.DataArray) else type(array).__name__
                hint = "transpose it by name, or use SupplyUse.from_arrays"
                raise LabelError(f"{name} is {found}, not {dims}", where=self.about.name, hint=hint)
            object.__setattr__(self, name, shut(array))
        self._require_labels()
        self._require_units()
        for name in ("supply", "Y", "F", "F_Y", "V"):
            array = getattr(self, name)
            if array is not None:
                require_finite(array, name, self.about.name)
        if not np.isfinite(self.margins.rows).all():  # one pass over use finds out; only then is the cell looked for
            require_finite(self.use, "use", self.about.name)

    def _require_labels(self) -> None:
        sources = {"region": self.regions, "industry": self.industries, "product": self.products}
        sources |= {"demand": self.demand, "stressor": self.stressors}
        for what, given in sources.items():
            require_names(given, what, self.about.name)
        for name, dims in _DIMS.items():
            array = getattr(self, name)
            for dim in () if array is None else dims:
                found, where = tuple(array.indexes[dim]), f"{self.about.name}, {name}"
                if dim == "input":
                    require_names(found, dim, where)
                elif found != sources[dim.removeprefix("to_")]:
                    labels.require_same(found, sources[dim.removeprefix("to_")], what=dim, where=where)

    def _require_units(self) -> None:
        for stressor in self.stressors:
            if stressor not in self.about.units:
                hint = f"add it to [units] of about; given are {', '.join(self.about.units) or 'none'}"
                raise InputError(f"stressor {stressor} has no unit", where=self.about.name, hint=hint)
        if self.units is None:
            return
        object.__setattr__(self, "units", MappingProxyType(dict(self.units)))
        for product in self.products:
            if product not in self.units:
                hint = "give a unit for every product, or none where all are in the table's currency"
                raise InputError(f"product {product} has no unit", where=self.about.name, hint=hint)
        for product, unit in self.units.items():
            if product not in self.products:
                hint = nearest(product, self.products)
                raise LabelError(f"units name {product}, which is no product", where=self.about.name, hint=hint)
            units_of_measure.parse(unit, where=f"{self.about.name}, unit of {product}")

    # -- labels -------------------------------------------------------------------------------------------------------

    @property
    def year(self) -> int:
        """The year of the table."""
        return self.about.year

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """The R regions."""
        return tuple(self.supply.indexes["region"])

    @cached_property
    def industries(self) -> tuple[str, ...]:
        """The I industries."""
        return tuple(self.supply.indexes["industry"])

    @cached_property
    def products(self) -> tuple[str, ...]:
        """The P products."""
        return tuple(self.supply.indexes["product"])

    @cached_property
    def demand(self) -> tuple[str, ...]:
        """The D final demand categories."""
        return tuple(self.Y.indexes["demand"])

    @cached_property
    def stressors(self) -> tuple[str, ...]:
        """The K stressors."""
        return tuple(self.F.indexes["stressor"])

    # -- what follows from it -----------------------------------------------------------------------------------------

    @cached_property
    def mixed(self) -> bool:
        """Whether some product is in another unit than ``about.currency``."""
        currency = units_of_measure.parse(self.about.currency)
        found = map(units_of_measure.parse, (self.units or {}).values())
        return any((unit.dimension, unit.factor) != (currency.dimension, currency.factor) for unit in found)

    @cached_property
    def margins(self) -> leontief.Margins:
        """Row and column sums of ``use``, with and without sign: one pass over it."""
        return leontief.margins(self.use.values.reshape(len(self.regions) * len(self.products), -1))

    @cached_property
    def product_output(self) -> xr.DataArray:
        """q: what is made of each product (region, product), in money or in the product's unit."""
        return self._by_product(self.supply.values.sum(axis=1))

    @cached_property
    def industry_output(self) -> xr.DataArray:
        """g: what each industry makes (region, industry), money. Raises UnitError where products have unlike units."""
        self._require_money("the output of an industry")
        total = self.supply.sum("product", skipna=False).assign_attrs(units=self.about.currency)
        return shut(total)

    @cached_property
    def balance(self) -> xr.DataArray:
        """What is made less what is used (region, product), in money or in the product's unit: zero in a sound table.

        Above zero more is made than ``use`` and ``Y`` take; below, more is used than made.
        """
        used = self.margins.rows.reshape(self.product_output.shape) + self.Y.values.sum(axis=(2, 3))
        return self._by_product(self.product_output.values - used)

    def symmetric(self, model: Model, *, classification: str = "") -> Table:
        """The symmetric table by technology model A, B, C or D (see ``kernels.constructs``).

        A and B give the columns of ``use``, V and F to products, by the using region's transformation; C and D give the
        rows of ``use`` and Y to industries, by the producing region's. Totals of all arrays are kept. The sectors are
        the products (A, B) or the industries (C, D); ``classification`` names theirs where ``labels`` knows it. Cells
        that A or C make negative stay: ``about.version`` counts them, and names the model.
        Memory: the result beside this table, and no more.

        Raises QuestionError for another model, UnitError where products have unlike units, TableError for A and C when
        a region's supply is not square or cannot be inverted, for A and B when an industry that makes nothing uses or
        emits something, for C and D when a product that nobody makes is used: it would be lost.
        Source: Eurostat manual of supply, use and input-output tables, 2008 edition, chapter 11.
        """
        if model not in MODELS:
            raise QuestionError(f"{model!r} is no technology model", hint=nearest(str(model), MODELS))
        self._require_money("a symmetric table")
        self._require_placed(model)
        T = np.stack([self._transformation(model, region) for region in range(len(self.regions))])
        arrays, sectors = self._given_to_products(T) if model in "AB" else self._given_to_industries(T)
        version = f"{self.about.version}; {MODELS[model]}"
        if model in "AC":
            version += f", cells below zero: {', '.join(f'{name} {_negative(a)}' for name, a in arrays.items())}"
        facts = vars(self.about) | {"version": version, "classification": classification}
        return Table.from_arrays(
            **arrays,
            F_Y=None if self.F_Y is None else self.F_Y.values,
            inputs=None if self.V is None else list(self.V.indexes["input"]),
            regions=self.regions,
            sectors=sectors,
            demand=self.demand,
            stressors=self.stressors,
            about=facts,
        )

    def _given_to_products(self, T: Array) -> tuple[dict[str, Array], tuple[str, ...]]:
        R, P = len(self.regions), len(self.products)
        use = self.use.values.reshape(R * P, R, -1)
        arrays = {"Z": constructs.by_products(T, use).reshape(R * P, R * P), "Y": self.Y.values}
        arrays["F"] = constructs.by_products(T, self.F.values)
        if self.V is not None:
            arrays["V"] = constructs.by_products(T, self.V.values)
        return arrays, self.products

    def _given_to_industries(self, T: Array) -> tuple[dict[str, Array], tuple[str, ...]]:
        R, P, n = len(self.regions), len(self.products), len(self.regions) * len(self.industries)
        arrays = {
            "Z": constructs.by_industries(T, self.use.values.reshape(R, P, n)).reshape(n, n),
            "Y": constructs.by_industries(T, self.Y.values.reshape(R, P, -1)).reshape(n, -1),
            "F": self.F.values,
        }
        if self.V is not None:
            arrays["V"] = self.V.values
        return arrays, self.industries

    def _transformation(self, model: Model, region: int) -> Array:
        return constructs.transformation(
            model,
            self.supply.values[region],
            where=f"{self.about.name}, region {self.regions[region]}",
            industry=self.industries.__getitem__,
            product=self.products.__getitem__,
        )

    def _require_placed(self, model: Model) -> None:
        """Raise TableError where what is used or emitted would be lost, for it has no share to go by."""
        supplies = self.supply.values != 0
        if model in "AB":
            none, names, what = ~supplies.any(axis=2), self.industries, "industry"
            amounts = {"uses": self.margins.gross_columns.reshape(none.shape)}
            amounts |= {"has primary inputs": _gross(self.V), "emits": _gross(self.F)}
            said, hint = "makes nothing", "models C and D keep it, as a sector without output"
        else:
            none, names, what = ~supplies.any(axis=1), self.products, "product"
            final = np.abs(self.Y.values).sum(axis=(2, 3))
            amounts = {"is used": self.margins.gross_rows.reshape(none.shape) + final}
            said, hint = "is made by nobody there", "models A and B keep it, as a product without inputs"
        for doing, amount in amounts.items():
            lost = none & (amount > 0)
            if lost.any():
                region, line = np.unravel_index(int(np.where(lost, amount, 0.0).argmax()), none.shape)
                raise TableError(
                    f"it {said} and yet {doing} ({amount[region, line]:.6g}; {int(lost.sum())} such)",
                    where=f"{self.about.name}, region {self.regions[region]}, {what} {names[line]}",
                    hint=f"{hint}; or correct the supply table",
                )

    def _require_money(self, what: str) -> None:
        if self.mixed:
            found = ", ".join(dict.fromkeys((self.units or {}).values()))
            raise UnitError(
                f"{what} would add products in unlike units ({found})",
                where=self.about.name,
                hint=f"bring every product to {self.about.currency} (prices per unit), or ask product by product",
            )

    def _by_product(self, values: Array) -> xr.DataArray:
        coords: dict[str, Any] = {"region": list(self.regions), "product": list(self.products)}
        if not self.mixed:
            return shut(xr.DataArray(values, coords, ("region", "product"), attrs={"units": self.about.currency}))
        found = self.units or {}
        coords["unit"] = ("product", [found[product] for product in self.products])
        return shut(xr.DataArray(values, coords, ("region", "product")))


def _gross(array: xr.DataArray | None) -> Array:
    """Sums over the first dimension without sign, only ever compared with zero (stressors have unlike units)."""
    return np.zeros((1, 1)) if array is None else np.asarray(np.abs(array.values).sum(axis=0))


def _negative(array: Array) -> int:
    """How many cells are below zero by more than the rounding of their row; in panels, so that no copy is made."""
    rows = array.reshape(len(array), -1)
    height = max(1, constructs.PANEL // max(1, rows.shape[1]))
    panels = (rows[start : start + height] for start in range(0, len(rows), height))
    return sum(int((panel < -NOISE * np.abs(panel).sum(axis=1, keepdims=True)).sum()) for panel in panels)
