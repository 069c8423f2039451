"""Emission factors of products by where they are made and where they go: what a unit of trade in them stands for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product as combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from tanheng import provenance
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, UnitError, nearest
from tanheng.systems.finding import Finding, listed
from tanheng.systems.inventory import CREDIT, STAGES, InventoryAbout
from tanheng.systems.linking import conversion

Line = Literal["emission", "credit"]

ANY = "*"  # a place: whichever it is
ORIGIN, DESTINATION = "origin", "destination"  # a region: that of the flow
FALLBACK = "fallback"  # how the basis of a figure that stands in for another begins
LINES: tuple[Line, ...] = ("emission", "credit")
COLUMNS = (
    "product", "origin", "destination", "region", "stage", "line", "stressor", "value", "unit", "basis", "source",
    "year",
)  # fmt: skip

_REQUIRED = ("product", "origin", "stage", "value", "unit")
_DEFAULTS = {"destination": ANY, "line": "emission", "stressor": "CO2e", "basis": "", "source": ""}


@dataclass(frozen=True, eq=False)
class Factors:
    """Factors, one a row of ``frame``; what the columns hold:

    product; origin and destination (a place, or "*" for any); region, where it is emitted (a place, or "origin" or
    "destination" of the flow); stage (production, transport, use, disposal, recycling; of a credit also "credit"); line
    ("emission" or "credit"); stressor; value in kg of it per ``unit`` of the product, of a credit negative where
    something is avoided; basis ("" for a figure of its own, "fallback: ..." for one that stands in for others); source;
    year (NaN: any). Rows that differ in region alone are parts of one factor and add up. ``precursors`` names the
    products that are used up in making each product: both in one trade would be counted twice.

    Raises LabelError for a column that is not known or missing, an empty label and a row that is there twice;
    InputError for a stage or line that is none and a value that is no finite number.
    """

    frame: pd.DataFrame
    about: InventoryAbout
    precursors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        frame = _laid_out(self.frame, self.about.name)
        _require(frame, self.about.name)
        object.__setattr__(self, "frame", frame)
        object.__setattr__(self, "precursors", {name: tuple(them) for name, them in self.precursors.items()})

    @classmethod
    def of(
        cls,
        rows: pd.DataFrame | Iterable[Mapping[str, Any]],
        about: InventoryAbout | str = "factors",
        precursors: Mapping[str, Sequence[str]] | None = None,
    ) -> Factors:
        """Factors from rows with the columns product, origin, stage, value, unit and any of the others.

        Not given, destination is any, line is emission, stressor CO2e, and region the origin for production and
        transport, else the destination. Raises as the class does.

        >>> steel = {"product": "steel", "origin": "CHN", "stage": "production", "value": 2000, "unit": "t"}
        >>> Factors.of([steel]).frame.loc[0, ["destination", "region", "stressor"]].tolist()
        ['*', 'origin', 'CO2e']
        """
        frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
        about = InventoryAbout(about) if isinstance(about, str) else about
        made_of = {name: tuple(them) for name, them in (precursors or {}).items()}
        return cls(frame, about, made_of)

    def replace(self, **changes: object) -> Factors:
        """New factors with these fields exchanged, checked again."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    @property
    def products(self) -> tuple[str, ...]:
        """The products, by first occurrence."""
        return tuple(self.frame["product"].unique())

    @property
    def stressors(self) -> tuple[str, ...]:
        """The stressors, by first occurrence."""
        return tuple(self.frame["stressor"].unique())

    @property
    def hash(self) -> str:
        """BLAKE3 over what they are and every row (convention 8)."""
        texts = [name for name in COLUMNS if name not in ("value", "year")]
        rows = ("\x1f".join(row) for row in self.frame[texts].itertuples(index=False))
        numbers = [self.frame[name].to_numpy(np.float64) for name in ("value", "year")]
        return provenance.digest([repr(self.about), repr(self.precursors), *rows], numbers)

    def upstream(self, product: str) -> frozenset[str]:
        """All products that are used up in making ``product``, through all precursors.

        >>> row = {"origin": "CHN", "stage": "production", "value": 1, "unit": "t", "product": "module"}
        >>> sorted(Factors.of([row], precursors={"module": ["cell"], "cell": ["wafer"]}).upstream("module"))
        ['cell', 'wafer']
        """
        found: set[str] = set()
        ahead = list(self.precursors.get(product, ()))
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += self.precursors.get(name, ())
        return frozenset(found)

    # -- looking up ---------------------------------------------------------------------------------------------------

    def lookup(
        self,
        trade: pd.DataFrame,
        year: int,
        *,
        line: Line = "emission",
        stressors: Sequence[str] | None = None,
        stages: Sequence[str] | None = None,
        fallback: str | None = None,
    ) -> pd.DataFrame:
        """What each flow of ``trade`` (product, origin, destination, quantity, unit) stands for, in kg.

        Returns a row for every flow (its position in ``trade``), stage, stressor and region: flow, kg, and product,
        origin, destination, region (a place), stage, stressor, basis, source as categories, places with the same ones.
        A flow takes the rows of its origin and destination, else those of its origin to any, else of any origin to its
        destination, else of any to any; of each those of the year before those of any year. Figures that stand in for
        others count only where a flow has none of its own and ``fallback`` asks for them: rows whose basis is
        "fallback: {fallback}", and rows of emissions of production for any origin (*), whose basis is that or "". All
        stages (of those asked) that a product has must be there for each of its flows, and production of each stressor
        that any product of the trade has; flows of nothing need none.
        Raises MissingError naming the origins that have no factor by their share of the trade, QuestionError for an
        unknown stressor, stage or fallback, UnitError where trade and factor are in unlike units.
        """
        flows = trade[["product", "origin", "destination", "quantity", "unit"]].reset_index(drop=True)
        flows = flows.rename_axis("flow").reset_index()
        flows = flows[flows["quantity"] != 0]
        chosen = self._chosen(year, line, stressors, stages)
        self._require_products(flows, chosen, line)
        flows, rows = _coded(flows, self._by_kind(chosen, line, fallback))
        needs = self._needs(flows, rows, line, stages)
        found = []
        for level in _levels(rows[rows["used"]]):
            found.append(needs.merge(level.rows, on=["product", "stage", "stressor", *level.on]))
            needs = needs[~needs["need"].isin(found[-1]["need"])]
        if len(needs):
            raise self._missing(needs, flows, chosen, line, fallback)
        return self._in_kg(pd.concat(found, ignore_index=True))

    def _chosen(
        self, year: int, line: Line, stressors: Sequence[str] | None, stages: Sequence[str] | None
    ) -> pd.DataFrame:
        rows = self.frame[(self.frame["line"] == line) & (self.frame["year"].isna() | (self.frame["year"] == year))]
        for column, wanted, known in (("stressor", stressors, self.stressors), ("stage", stages, (*STAGES, CREDIT))):
            for name in wanted or ():
                if name not in known:
                    what = f"there is no {column} {name!r}"
                    raise QuestionError(what, where=self.about.name, hint=nearest(name, known))
            if wanted is not None:
                rows = rows[rows[column].isin(list(wanted))]
        return rows

    def _by_kind(self, rows: pd.DataFrame, line: Line, fallback: str | None) -> pd.DataFrame:
        """The rows, marked: ``held`` stand in for others, ``used`` may be used; stand-ins that are have their name."""
        held = rows["basis"].str.startswith(FALLBACK)
        if line == "emission":
            held |= (rows["stage"] == "production") & (rows["origin"] == ANY)
        if fallback is None:
            return rows.assign(held=held, used=~held)
        known = self.fallbacks()
        if fallback not in known and not (rows["basis"][held] == "").any():
            what = f"there is no fallback {fallback!r}"
            raise QuestionError(what, where=self.about.name, hint=nearest(fallback, known))
        asked = held & rows["basis"].map(_word).isin(["", fallback])
        basis = rows["basis"].where(~asked, f"{FALLBACK}: {fallback}")
        return rows.assign(held=held, used=~held | asked, basis=basis)

    def fallbacks(self) -> tuple[str, ...]:
        """The names of figures that stand in for others: the basis without "fallback: "."""
        given = self.frame["basis"][self.frame["basis"].str.startswith(FALLBACK)]
        return tuple(dict.fromkeys(map(_word, given)))

    def _needs(self, flows: pd.DataFrame, rows: pd.DataFrame, line: Line, stages: Sequence[str] | None) -> pd.DataFrame:
        """Every flow with each stage and stressor of its product, and production of each that any in the trade has."""
        kinds = rows.loc[rows["product"].isin(flows["product"]), ["product", "stage", "stressor"]].drop_duplicates()
        if line == "emission" and (stages is None or "production" in stages):
            made = flows[["product"]].drop_duplicates().merge(kinds[["stressor"]].drop_duplicates(), how="cross")
            made = made.assign(stage=pd.Categorical(["production"] * len(made), dtype=kinds["stage"].dtype))
            kinds = pd.concat([kinds, made], ignore_index=True).drop_duplicates()
        return flows.merge(kinds, on="product").rename_axis("need").reset_index()

    def _require_products(self, flows: pd.DataFrame, rows: pd.DataFrame, line: Line) -> None:
        known = list(rows["product"].unique())
        for product in flows["product"].unique():
            if product not in known:
                what = f"there is no {'factor' if line == 'emission' else 'credit'} of {product}"
                hint = f"add one, or leave it out of the trade; {nearest(product, known)}"
                raise MissingError(what, where=self.about.name, hint=hint)

    def _missing(
        self, needs: pd.DataFrame, flows: pd.DataFrame, rows: pd.DataFrame, line: Line, fallback: str | None
    ) -> MissingError:
        """Which origins, or destinations where these decide, lack a factor, by their share of the trade."""
        traded = flows.groupby("product", observed=True)["quantity"].sum()
        each = needs[needs["stressor"] == needs["stressor"].iloc[0]]
        shares = each["quantity"] / each["product"].astype("str").map(traded)
        product, stage = shares.groupby([each["product"], each["stage"]], observed=True).sum().idxmax()
        at = (each["product"] == product) & (each["stage"] == stage)
        own = rows[(rows["product"] == product) & (rows["stage"] == stage)]
        side = ORIGIN if own.empty or (own["origin"] != ANY).any() else DESTINATION
        by_place = shares[at].groupby(each[side][at], observed=True).sum().sort_values(ascending=False, kind="stable")
        names = listed([f"{place} {share:.1%}" for place, share in by_place.items()])
        of = f"{stage} factor" if rows["stressor"].nunique() == 1 else f"{stage} factor of {each['stressor'].iloc[0]}"
        what = f"{product} has no {of} for {by_place.sum():.1%} of its trade, by {side}: {names}"
        known = [name for name in self.fallbacks() if name != fallback]
        other = f', or ask for fallback="{known[0]}"' if known else ""
        return MissingError(what, where=self.about.name, hint=f"add them (0 where nothing is emitted){other}")

    def _in_kg(self, rows: pd.DataFrame) -> pd.DataFrame:
        pairs = rows["unit"].cat.codes.to_numpy(np.int64) * len(rows["per"].cat.categories) + rows["per"].cat.codes
        by = np.ones(len(rows))
        for pair in np.unique(pairs):
            at = np.flatnonzero(pairs == pair)
            product, unit, per = rows.loc[at[0], ["product", "unit", "per"]]
            factor = conversion(unit, per)
            if factor is None:
                what = f"{product} is traded in {unit}, its factor is per {per}"
                raise UnitError(what, where=self.about.name, hint="give both in units of one dimension")
            by[at] = factor
        region = rows["region"].where(rows["region"] != ORIGIN, rows["origin"])
        region = region.where(region != DESTINATION, rows["destination"])
        out = rows.assign(kg=rows["quantity"] * by * rows["value"], region=region)
        return out[["flow", "kg", *_CODED]]


_PLACES = ("origin", "destination", "region")
_CODED = (*_PLACES, "product", "stage", "stressor", "basis", "source")


def _coded(flows: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both with their texts as categories, which are joined as whole numbers; places share theirs."""
    frames = [flows, rows.rename(columns={"unit": "per"})]
    texts = {name: [name] for name in ("product", "stage", "stressor", "basis", "source", "unit", "per")}
    for names in (list(_PLACES), *texts.values()):
        given = [frame[name] for frame in frames for name in names if name in frame]
        given += [pd.Series(STAGES)] if names == ["stage"] else []  # production may be asked for and not there
        categories = pd.Index(pd.unique(pd.concat(given, ignore_index=True)))
        for at, frame in enumerate(frames):
            new = {name: pd.Categorical(frame[name], categories=categories) for name in names if name in frame}
            frames[at] = frame.assign(**new)
    return frames[0], frames[1]


@dataclass(frozen=True)
class _Level:
    """Rows that are equally close to a flow, and the columns ``on`` which they fit one."""

    rows: pd.DataFrame
    on: list[str]


def _levels(rows: pd.DataFrame) -> Iterator[_Level]:
    """The closest first: own figures before those that stand in; of each origin and destination, origin, destination,
    neither; of each the year's own. The first level is there even if it is empty.
    """
    for held, on, dated in combinations(
        (False, True), ([ORIGIN, DESTINATION], [ORIGIN], [DESTINATION], []), (True, False)
    ):
        at = (rows["held"] == held) & (rows["year"].notna() == dated)
        for side in (ORIGIN, DESTINATION):
            at &= (rows[side] != ANY) == (side in on)
        columns = ["product", "stage", "stressor", *on, "region", "value", "per", "basis", "source"]
        if at.any() or (not held and dated and len(on) == 2):
            yield _Level(rows.loc[at, columns], on)


def _word(basis: str) -> str:
    return basis.removeprefix(FALLBACK).lstrip(": ").strip()


def _laid_out(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    for column in frame.columns:
        if column not in COLUMNS:
            raise LabelError(f"column {column} is not known", where=where, hint=nearest(str(column), COLUMNS))
    absent = [column for column in _REQUIRED if column not in frame]
    if absent:
        hint = f"columns are {', '.join(COLUMNS)}"
        raise LabelError(f"column {', '.join(absent)} is missing", where=where, hint=hint)
    parts: dict[str, Any] = {}
    for name in COLUMNS:
        given = frame[name] if name in frame else pd.Series([_DEFAULTS.get(name)] * len(frame), index=frame.index)
        if name in ("value", "year"):
            parts[name] = pd.to_numeric(given, errors="coerce").astype(np.float64)
        elif name != "region":
            parts[name] = given.fillna(_DEFAULTS.get(name, "")).astype("str").str.strip()
    at_home = parts["stage"].isin(["production", "transport"])
    usual = pd.Series(np.where(at_home, ORIGIN, DESTINATION), index=frame.index)
    region = frame["region"] if "region" in frame else pd.Series("", index=frame.index)
    region = region.fillna("").astype("str").str.strip()
    parts["region"] = region.where(region != "", usual)
    return pd.DataFrame(parts)[list(COLUMNS)].reset_index(drop=True)


def _require(frame: pd.DataFrame, where: str) -> None:
    for name in ("product", "origin", "destination", "region", "stage", "stressor", "unit"):
        if (frame[name] == "").any():
            row = int(np.flatnonzero(frame[name] == "")[0])
            raise LabelError(f"{name} is empty in row {row + 1}", where=where, hint="fill it in; * is any place")
    for name, known in (("line", LINES), ("stage", (*STAGES, CREDIT))):
        bad = ~frame[name].isin(known)
        if bad.any():
            word = frame[name][bad].iloc[0]
            raise InputError(f"{word!r} is no {name}", where=where, hint=nearest(word, known))
    if ((frame["stage"] == CREDIT) & (frame["line"] != CREDIT)).any():
        hint = "say line credit too: credits stand beside emissions"
        raise InputError("a row of stage credit is on the line of emissions", where=where, hint=hint)
    bad = ~np.isfinite(frame["value"])
    if bad.any():
        row = frame[bad].iloc[0]
        what = f"the value of {row['product']}, {row['stage']}, {row['origin']} is no finite number"
        raise MissingError(what, where=where, hint="a missing number is not zero: leave the row out, or write 0")
    twice = frame.duplicated([name for name in COLUMNS if name not in ("value", "unit", "source")])
    if twice.any():
        row = frame[twice].iloc[0]
        place = f"{row['product']}, {row['stage']}, {row['origin']} to {row['destination']}, {row['stressor']}"
        hint = "parts of one factor differ in their region; give every part once"
        raise LabelError(f"{place} in {row['region']} is there twice", where=where, hint=hint)
