"""Emissions embodied in physical trade: bottom up, by where goods are made, where emitted and where they go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng import provenance, units
from tanheng.accounts.formula import method
from tanheng.accounts.result import CONSERVED, By, Stressors, finished, named
from tanheng.errors import ConservationError, QuestionError, nearest
from tanheng.systems.about import NOT_STATED
from tanheng.systems.factors import FALLBACK, Factors, Line
from tanheng.systems.inventory import CREDIT, STAGES
from tanheng.systems.trade import ESTIMATED, TradeFlows

Basis = Literal["chain", "own"]
Transport = Literal["origin", "destination", "international"]

DIMS = ("product", "origin", "region", "to_region", "stage")
INTERNATIONAL = "international"
_COLUMNS = {"to_region": "destination"}  # of the rows, by dimension

method(
    "product-flows",
    function="product_flows",
    en="Emissions embodied in the trade of products",
    zh="产品贸易隐含排放",
    formula=r"E^q_{rs} = \sum_{p,o} q_{p,os} g_{p,os,r}",
    symbols="E^q_{rs} q_{p,os} g_{p,os,r}",
    source="Kanemoto et al. 2012; Peters 2008",
)

method(
    "product-balance",
    function="product_balance",
    en="Exports, imports and net transfers of emissions by products",
    zh="产品贸易的排放出口、进口与净转移",
    formula=r"\mathrm{Net}_c = \sum_{d \neq c} E^q_{cd} - \sum_{d \neq c} E^q_{dc}",
    symbols="E^q_{cd} E^q_{dc}",
    source="Peters, Minx, Weber and Edenhofer 2011",
)

method(
    "avoided-emissions",
    function="avoided_emissions",
    en="Emissions avoided by traded products (beside, never inside)",
    zh="贸易产品避免的排放（单列，不计入）",
    formula=r"V_{rs} = - \sum_{p,o} q_{p,os} v_{p,os,r}",
    symbols="V_{rs} q_{p,os} v_{p,os,r}",
    source="ISO 14067; Product Environmental Footprint, Recommendation (EU) 2021/2279",
)


def product_flows(
    factors: Factors,
    trade: TradeFlows,
    year: int,
    by: By = None,
    *,
    stressor: Stressors = None,
    basis: Basis = "chain",
    transport: Transport | None = "origin",
    stages: Sequence[str] | None = None,
    fallback: str | None = None,
    overlapping: bool = False,
    unit: str = "t",
) -> xr.DataArray:
    """What the trade of a year stands for: quantity times factor, from where it is emitted to where the goods go.

    Returns (stressor, and those of ``by``) in ``unit``, a unit of mass; ``by`` from product, origin (of the goods),
    region (where it is emitted), to_region (their destination) and stage; region, to_region and stage unless told
    otherwise. Use, disposal and recycling are emitted at the destination and no transfer. ``transport`` puts the stage
    of that name at the origin (the exporter bears it), at the destination, or on a line ``international`` of the
    regions; with None the factors say where. ``basis="chain"`` counts all that is behind a product, for the final
    consumer; then a product and what it is made of must not both be in the trade. ``basis="own"`` counts of production
    what is emitted on the territory of the origin alone, so that intermediate products may be traded as well and
    nothing counts twice (as eebt). ``stages`` are all unless named. ``fallback`` names the figures that stand in
    where a flow has no factor (``Factors.lookup``): never in silence, and never zero. ``overlapping=True`` lets
    products through that hold each other.

    Attributes say the sources of the factors, the shares of the trade and of the result on fallback factors (by
    product, and ``fallback_share``) and on estimated quantities, and what ``basis="own"`` leaves out.
    Raises QuestionError for a year, choice or dimension that is not there and for products that hold each other,
    MissingError for origins without a factor and missing quantities, LabelError for mirror reports that were not
    reconciled, UnitError for unlike units.

    >>> row = {"year": 2021, "product": "steel", "unit": "t", "quantity": 100}
    >>> trade = TradeFlows.of([row | {"origin": "CHN", "destination": "KOR"}])
    >>> rows = [{"product": "steel", "origin": "CHN", "stage": "production", "value": 2000, "unit": "t"}]
    >>> float(product_flows(Factors.of(rows), trade, 2021).sel(region="CHN", to_region="KOR").sum())
    200.0
    """
    asked = _Asked(factors, trade, year, "emission", stressor, basis, transport, stages, fallback, overlapping)
    chosen = _kept(by, DIMS, ("region", "to_region", "stage"))
    array, scale = asked.summed(chosen, unit), units.factor("kg", unit)
    _require_whole(array, asked.rows["kg"] * scale, trade.about.name)
    said = "quantity times factor of the chain, at the place of emission"
    if basis == "own":
        said = "quantity times factor, of production what the country of origin emits itself"
    return finished(array, "product-flows", said, [unit] * array.sizes["stressor"], asked.facts())


def product_balance(
    factors: Factors,
    trade: TradeFlows,
    year: int,
    by: By = None,
    *,
    stressor: Stressors = None,
    basis: Basis = "chain",
    transport: Transport | None = "origin",
    stages: Sequence[str] | None = None,
    fallback: str | None = None,
    overlapping: bool = False,
    unit: str = "t",
) -> xr.DataArray:
    """Exports, imports and net of every country: Net_c = Σ_d E_cd − Σ_d E_dc over the others, from ``product_flows``.

    Returns (stressor, region, component and those of ``by``) in ``unit``; the components are exports (emitted in a
    region for goods that others use), imports (emitted elsewhere for goods it uses) and net, exports less imports;
    ``by`` from region, stage and product, by region and stage unless told otherwise. What a region emits for goods it
    uses itself is in neither. All exports together are all imports together. Transport on a line of its own
    ("international") is what that line exports. Raises as ``product_flows``.
    """
    chosen = [dim for dim in _kept(by, ("region", "stage", "product"), ("region", "stage"))]
    ends = ["region", "to_region", *(dim for dim in chosen if dim != "region")]
    flows = product_flows(
        factors, trade, year, ends, stressor=stressor, basis=basis, transport=transport, stages=stages,
        fallback=fallback, overlapping=overlapping, unit=unit,
    )  # fmt: skip
    places = list(dict.fromkeys([*flows.indexes["region"], *flows.indexes["to_region"]]))
    square = flows.reindex(region=places, to_region=places, fill_value=0.0)
    abroad = square.where(square["region"] != square["to_region"], 0.0)
    exports = abroad.sum("to_region")
    imports = abroad.sum("region").rename(to_region="region").transpose(*exports.dims)
    parts = {"exports": exports, "imports": imports, "net": exports - imports}
    array = xr.concat(list(parts.values()), dim=xr.DataArray(list(parts), dims="component", name="component"))
    array = array if "region" in chosen else array.sum("region")
    own = ("account", "method", "units", "norms", "tanheng")
    facts = {name: value for name, value in flows.attrs.items() if name not in own}
    said = "embodied in exports, in imports of products, and their difference"
    return finished(array.drop_attrs(), "product-balance", said, flows["unit"].values.tolist(), facts)


def avoided_emissions(
    factors: Factors,
    trade: TradeFlows,
    year: int,
    by: By = None,
    *,
    stressor: Stressors = None,
    transport: Transport | None = "origin",
    fallback: str | None = None,
    overlapping: bool = False,
    unit: str = "t",
) -> xr.DataArray:
    """What the goods of a year's trade avoid elsewhere, by their credits: an account of its own, in no total.

    Returns (stressor, and those of ``by``, as ``product_flows``) in ``unit``, positive where emissions are avoided: the
    negative of the credits, whose sign is that of an emission. The region is where it is avoided. All products must
    have a credit (0 where nothing is avoided). Raises as ``product_flows``.
    """
    asked = _Asked(factors, trade, year, "credit", stressor, "chain", transport, None, fallback, overlapping)
    chosen = _kept(by, DIMS, ("region", "to_region", "stage"))
    array = -asked.summed(chosen, unit) + 0.0  # no negative zeros
    said = "quantity times credit, beside the emissions"
    return finished(
        array, "avoided-emissions", said, [unit] * array.sizes["stressor"], asked.facts() | {"line": CREDIT}
    )


class _Asked:
    """The flows of a year with their factors, one row a flow, stage, stressor and region."""

    def __init__(
        self,
        factors: Factors,
        trade: TradeFlows,
        year: int,
        line: Line,
        stressor: Stressors,
        basis: Basis,
        transport: Transport | None,
        stages: Sequence[str] | None,
        fallback: str | None,
        overlapping: bool,
    ) -> None:
        for what, given, known in (("basis", basis, get_args(Basis)), ("transport", transport, get_args(Transport))):
            if given not in known and (what, given) != ("transport", None):
                raise QuestionError(f"there is no {what} {given!r}", hint=nearest(str(given), known))
        self._factors, self._line, self._fallback = factors, line, fallback
        self._basis, self._transport = basis, transport
        self._trade = trade.only(year)
        self._year = year
        self._trade.require_settled()
        if not overlapping:
            _require_apart(self._trade, factors, basis)
        wanted = [stressor] if isinstance(stressor, str) else stressor
        rows = factors.lookup(self._trade.frame, year, line=line, stressors=wanted, stages=stages, fallback=fallback)
        elsewhere = (rows["stage"] == "production") & (rows["region"] != rows["origin"]) & (basis == "own")
        rows = rows.assign(region=self._placed(rows))
        self.rows, self._left_out = rows[~elsewhere], rows[elsewhere]
        self._stressors = list(dict.fromkeys(wanted)) if wanted is not None else sorted(rows["stressor"].unique())

    def _placed(self, rows: pd.DataFrame) -> pd.Series[Any]:
        """The region of each row: transport by the rule, all else as the factors say."""
        if self._transport is None:
            return rows["region"]
        moved = rows["stage"] == "transport"
        if self._transport != INTERNATIONAL:
            return rows["region"].where(~moved, rows[self._transport])
        more = [] if INTERNATIONAL in rows["region"].cat.categories else [INTERNATIONAL]
        return rows["region"].cat.add_categories(more).where(~moved, INTERNATIONAL)

    def summed(self, kept: Sequence[str], unit: str) -> xr.DataArray:
        """(stressor, *kept) in ``unit``; regions and destinations are sorted, each axis with those it has."""
        scale = units.factor("kg", unit)
        coords = {"stressor": self._stressors, **{dim: self._labels(dim) for dim in kept}}
        shape = tuple(map(len, coords.values()))
        codes = [self._codes(_COLUMNS.get(dim, dim), labels) for dim, labels in coords.items()]
        at = np.ravel_multi_index(codes, shape) if len(self.rows) else np.empty(0, np.int64)
        sums = np.bincount(at, self.rows["kg"].to_numpy() * scale, int(np.prod(shape)))
        return xr.DataArray(sums.reshape(shape), coords, tuple(coords))

    def _codes(self, column: str, labels: list[str]) -> NDArray[np.int64]:
        """The place of each row's text among ``labels``."""
        texts = self.rows[column].cat
        return np.asarray(pd.Index(labels).get_indexer(texts.categories)[texts.codes], dtype=np.int64)

    def _labels(self, dim: str) -> list[str]:
        present = set(self.rows[_COLUMNS.get(dim, dim)].unique())
        if dim == "stage":
            return [stage for stage in (*STAGES, CREDIT) if stage in present]
        if dim == "product":
            return [product for product in self._trade.products if product in present]
        places = {*self.rows["region"].unique(), *self._trade.places} if dim != "origin" else present
        if dim == "to_region":
            places.discard(INTERNATIONAL)
        return sorted(places, key=lambda place: (place == INTERNATIONAL, place))

    def facts(self) -> dict[str, Any]:
        """What the result tells of the trade and the factors it comes from (conventions 8 and 9)."""
        trade, factors, frame = self._trade, self._factors, self._trade.frame
        texts = [trade.hash, factors.hash, self._line, self._basis, str(self._transport), str(self._fallback)]
        stands_in = self.rows["basis"].str.startswith(FALLBACK).to_numpy()
        estimated = frame["note"].str.contains(ESTIMATED).to_numpy(dtype=np.bool_)
        on_fallback = np.isin(np.arange(len(frame)), self.rows["flow"][stands_in])
        kg = self.rows["kg"].abs().to_numpy()
        whole, left_out = float(kg.sum()) or 1.0, float(self._left_out["kg"].abs().sum())
        return {
            "table": trade.about.name,
            "year": self._year,
            "table_hash": provenance.digest(texts, []),
            "source": _texts(trade.about.source, factors.about.source),
            "licence": _texts(trade.about.licence, factors.about.licence),
            "boundary": "goods that cross a border, by maker and user",
            "factors": factors.about.name,
            "norms": factors.about.norms,
            "factor_sources": _texts(*self.rows["source"].unique()),
            "basis": self._basis,
            "transport": self._transport or "by factor",
            "fallback": self._fallback or "none",
            "fallback_share": float(kg[stands_in].sum()) / whole,
            "fallback_trade": _shares(frame, on_fallback),
            "stand_in_share": float(kg[self.rows["basis"].str.startswith("stand-in").to_numpy()].sum()) / whole,
            "estimated_share": float(kg[estimated[self.rows["flow"]]].sum()) / whole,
            "estimated_trade": _shares(frame, estimated),
            "elsewhere_share": left_out / (whole + left_out),
            "steps": "; ".join(finding.what for finding in trade.findings),
        }


def _kept(by: By, known: Sequence[str], usual: Sequence[str]) -> tuple[str, ...]:
    asked = named(by, usual)
    for dim in asked:
        if dim not in known:
            raise QuestionError(f"product trade has no dimension {dim!r}", hint=nearest(dim, known))
    return tuple(dim for dim in known if dim in asked)


def require_codes_apart(products: Iterable[str], hint: str) -> None:
    """Raise QuestionError where one code of a trade is a part of another."""
    for code, below in pairwise(sorted(name for name in products if name.isdigit())):
        if below.startswith(code):
            raise QuestionError(f"product {below} is a part of {code}: both would count twice", hint=hint)


def _require_apart(trade: TradeFlows, factors: Factors, basis: Basis) -> None:
    """No product of the trade may be within another: a code below another code, nor, by chain, a precursor."""
    products = [name for name in trade.products if (trade.frame["quantity"][trade.frame["product"] == name] > 0).any()]
    require_codes_apart(products, "choose one level of the classification, or say overlapping=True")
    for product in products if basis == "chain" else ():
        within = sorted(factors.upstream(product) & set(products))
        if within:
            what = f"{product} is made of {', '.join(within)}, which is in the trade too: its chain would count twice"
            hint = f'ask for {product} alone (trade.only(products=...)), with basis="own", or say overlapping=True'
            raise QuestionError(what, where=trade.about.name, hint=hint)


def _require_whole(array: xr.DataArray, given: pd.Series[Any], where: str) -> None:
    """All that was looked up is in the result, to 1e-9 (convention 7)."""
    gap = abs(float(array.sum()) - float(given.sum()))
    if not gap <= CONSERVED * float(given.abs().sum()):  # so that NaN is bad
        raise ConservationError(f"flows and factors differ by {gap:.6g}", where=where, hint="report this with its data")


def _shares(frame: pd.DataFrame, rows: NDArray[np.bool_]) -> str:
    """The share of ``rows`` in the quantity of every product, in words; "" for none."""
    whole = frame.groupby("product", sort=False)["quantity"].sum()
    part = frame[rows].groupby("product", sort=False)["quantity"].sum()
    return ", ".join(f"{name} {part[name] / whole[name]:.2%}" for name in part.index if whole[name] > 0)


def _texts(*given: str) -> str:
    """Each text once; "not stated" where none is."""
    return "; ".join(dict.fromkeys(text for text in given if text and text != NOT_STATED)) or NOT_STATED
