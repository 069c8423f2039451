"""The full-scope footprint of a firm or a city: every line by the best method it has, nothing twice, all of it told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng import provenance
from tanheng.accounts.formula import method
from tanheng.accounts.hybrids import organisation_record as record
from tanheng.accounts.hybrids.organisation_lives import BASES, Systems
from tanheng.accounts.hybrids.organisation_precedence import (
    DEFINITIONS,
    PARTS,
    Claim,
    Resolution,
    definitions,
    placed,
    resolve,
)
from tanheng.accounts.hybrids.organisation_record import basis_of
from tanheng.accounts.hybrids.organisation_values import Lines
from tanheng.accounts.products.life_cycle import NOWHERE
from tanheng.accounts.result import HYBRID, By, Stressors, finished, named
from tanheng.errors import LabelError, QuestionError, nearest
from tanheng.kernels import leontief
from tanheng.systems.finding import Finding
from tanheng.systems.inventory import STAGES
from tanheng.systems.organisation import CITY, DOWNSTREAM, ENERGY, FIRM, METHODS, OWN, Item, Organisation
from tanheng.systems.prices import Rates
from tanheng.systems.table import Table

Array = NDArray[np.float64]

ACTIVITIES = "activities"  # the sector of what factors tell
DIMS = ("definition", "scope", "category", "item", "region", "sector", "stage", "method", "basis")
_PLACES = ("region", "sector")
_ADDITIVE = {
    "firm": "no: scope 3 of one firm is scope 1 of another: scopes 2 and 3 are never summed over firms, and categories "
    "9 to 15 (downstream) are never added to an account of a region",
    "city": "no: the territorial, the GPC and the consumption-based account of a city count the same emissions in "
    "part; of several cities only the territorial ones add up",
}

method(
    "organisation",
    function="organisation_footprint",
    en="Full-scope footprint of a firm or a city",
    zh="企业或城市的全口径足迹",
    formula=r"e = \sum_a q_a f_a + \sum_p Q M^{-1} k_p + \sum_c m c, \quad m = s L",
    symbols="q_a f_a Q M k_p m c s L",
    source="GHG Protocol 2004, 2011, 2015; GPC 2021; Suh et al. 2004",
)


def organisation_footprint(
    organisation: Organisation,
    table: Table,
    by: By = None,
    *,
    systems: Systems | None = None,
    rates: Rates | None = None,
    stressor: Stressors = None,
    unit: str = "t",
    energy: Sequence[str] | None = None,
) -> xr.DataArray:
    """The footprint of a firm or a city by scope and category: ``organisation_account`` without what stands beside it.

    Returns (stressor, and those of ``by``) in ``unit``; ``by`` from scope, category, item, stage, region (where it is
    emitted), sector (that emits; a process, or "activities"), method and basis; of a city, definition is always kept.
    Raises as ``organisation_account`` does, and QuestionError for another dimension.
    """
    whole = organisation_account(
        organisation, table, systems=systems, rates=rates, stressor=stressor, unit=unit, energy=energy
    )
    return whole.footprint(by)


def organisation_account(
    organisation: Organisation,
    table: Table,
    *,
    systems: Systems | None = None,
    rates: Rates | None = None,
    stressor: Stressors = None,
    unit: str = "t",
    energy: Sequence[str] | None = None,
) -> OrganisationAccount:
    """All that the lines of a firm or a city stand for, by the best method that each has.

    Activities count by quantity and factor; products by their life (``systems`` {product: process system or factors});
    spending by the table: in basic prices of its year (``rates``, see ``purchases``) times multipliers m = s L. Of what
    is known of one purchase the best counts: a supplier's own figure, then average data, then spending, each for the
    parts that it tells (see ``organisation_precedence``); a factor that ends at the supplier's gate is completed by the
    spending, less what it covers. Behind energy stands category 3. What a firm with a ``share`` of its sector sells to
    itself and to its suppliers is taken out of what is behind its purchases. ``energy`` names the sectors that make
    electricity, those of the table's classification unless given. Nothing is dropped: see ``removed``, ``beside``,
    ``uncounted``.
    Raises LabelError and QuestionError for what is not in the table, MissingError for a deflator or rate that is not
    there and a stressor that is not told, UnitError for unlike units.
    Source: GHG Protocol Corporate Standard 2004, Scope 3 Standard 2011, Scope 2 Guidance 2015; Global Protocol for
    Community-Scale Greenhouse Gas Inventories 2021; tiered hybrid: Suh et al. 2004.
    """
    lines = Lines(organisation, table, systems or {}, rates, _names(stressor), unit, energy)
    return OrganisationAccount(lines, resolve(lines.claims, lines.provided, organisation.electricity))


def _names(stressor: Stressors) -> str | Sequence[str] | None:
    return stressor


@dataclass(frozen=True, eq=False)
class OrganisationAccount:
    """The account of a firm or a city: what counts (``footprint``), and all that stands beside it."""

    lines: Lines
    resolution: Resolution

    @property
    def organisation(self) -> Organisation:
        """Whose account it is."""
        return self.lines.organisation

    # -- what stands beside it ----------------------------------------------------------------------------------------

    @cached_property
    def removed(self) -> pd.DataFrame:
        """What was taken out so that nothing counts twice (see ``organisation_record.removed``)."""
        return record.removed(self.lines, self.resolution)

    @cached_property
    def beside(self) -> pd.DataFrame:
        """What is shown and never counted: the other method of scope 2, credits, what no account of a city holds."""
        return record.beside(self.lines, self.resolution)

    @cached_property
    def uncounted(self) -> pd.DataFrame:
        """What is not in the footprint, with the reason (see ``organisation_record.uncounted``)."""
        return record.uncounted(self.lines, self.resolution)

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """By method and basis, how much of the footprint and of the spending rests on it."""
        return record.coverage(self.lines, self.resolution, self._rows)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The steps of prices, and what else is to be said."""
        return record.findings(self.lines, self.resolution)

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """All that counts, whoever emits it."""
        return pd.concat([self._told(), self._bought(())], ignore_index=True)

    @property
    def downstream(self) -> dict[str, float]:
        """Of a firm what stands in categories 9 to 15, by stressor: shown apart, and in no account of a region."""
        rows = self._rows[self._rows["category"].isin(DOWNSTREAM)]
        return {str(name): float(value) for name, value in rows.groupby("stressor")["value"].sum().items()}

    @property
    def without_lines(self) -> tuple[str, ...]:
        """The categories of scope 3 of a firm, or the sectors of the GPC, that have no line and no value."""
        there = {item.place for item in self.organisation.items} | set(self._rows["category"])
        return tuple(name for name in (FIRM if self.organisation.kind == "firm" else CITY) if name not in there)

    # -- what counts --------------------------------------------------------------------------------------------------

    def footprint(self, by: By = None) -> xr.DataArray:
        """The footprint (stressor, and those of ``by``), by scope and category unless told otherwise.

        Raises QuestionError for an unknown dimension.
        """
        kept = self._kept(by)
        frame = pd.concat([self._told(), self._bought(kept)], ignore_index=True)
        return self._finished(self._array(frame, kept))

    def _kept(self, by: By) -> tuple[str, ...]:
        asked = named(by, ("scope", "category"))
        known = DIMS if self.organisation.kind == "city" else DIMS[1:]
        for dim in asked:
            if dim not in known:
                what = f"the footprint of a {self.organisation.kind} has no dimension {dim!r}"
                raise QuestionError(what, hint=nearest(dim, known))
        return tuple(dim for dim in known if dim in (*asked, "definition"))

    def _labels(self, claim: Claim, part: str) -> dict[str, str]:
        """The labels of a part of a claim that do not depend on where it is emitted."""
        scope, category = placed(self.organisation, claim, part)  # type: ignore[arg-type]
        return {
            "scope": str(scope),
            "category": category,
            "item": claim.item.id,
            "stage": "transport" if part == "delivery" else claim.item.life,
            "method": claim.method,
            "basis": basis_of(claim),
        }

    def _weights(self, at: int, part: str) -> Array:
        """How much of a part counts, by stressor."""
        return record.weights(self.lines, self.resolution, at)[:, PARTS.index(part)]

    def _told(self) -> pd.DataFrame:
        """What factors and products tell, a row for every place, definition and stressor."""
        rows: list[dict[str, object]] = []
        for at, claim in enumerate(self.lines.claims):
            if claim.way == "spending":
                continue
            part = claim.parts[0]
            weights = dict(zip(self.lines.stressors, self._weights(at, part), strict=True))
            own = self._labels(claim, part)
            for definition in definitions(self.organisation, claim, part):
                for row in self._emitted(at):
                    name = str(row["stressor"])
                    rows.append({**own, **row, "definition": definition, "value": row["value"] * weights[name]})
        return pd.DataFrame(rows, columns=["stressor", *DIMS, "value"])

    def _emitted(self, at: int) -> Iterator[dict[str, Any]]:
        claim = self.lines.claims[at]
        if claim.way == "product":
            columns = ["stressor", "region", "sector", "stage", "basis", "value"]
            yield from self.lines.counted_life(at)[columns].to_dict("records")
            return
        values = self.lines.by_part[at].sum(axis=1)
        for name, value in zip(self.lines.stressors, values, strict=True):
            if value:
                yield {"stressor": name, "region": self._place(claim.item), "sector": ACTIVITIES, "value": value}

    def _place(self, item: Item) -> str:
        """Where what a factor tells is emitted: at the organisation in scopes 1 and 2, else where the line says."""
        if item.region and ":" not in item.region:
            if item.region not in self.lines.table.regions:
                hint = nearest(item.region, self.lines.table.regions)
                raise LabelError(f"region {item.region} is not known", where=self.lines.at(item), hint=hint)
            return item.region
        return self.organisation.region if item.scope < 3 else NOWHERE

    def _bought(self, kept: Sequence[str]) -> pd.DataFrame:
        """What spending stands for, by ``kept``: of those that emit it only if region or sector is asked for."""
        if any(dim in kept for dim in _PLACES):
            return self._by_origin(kept)
        rows = []
        for at in self.lines.spent:
            claim, values = self.lines.claims[at], self.lines.by_part[at]
            for part in claim.parts:
                weighed = values[:, PARTS.index(part)] * self._weights(at, part)
                for definition in definitions(self.organisation, claim, part):
                    own = {**self._labels(claim, part), "definition": definition}
                    rows += [
                        {**own, "stressor": name, "value": value}
                        for name, value in zip(self.lines.stressors, weighed, strict=True)
                    ]
        return pd.DataFrame(rows, columns=["stressor", *DIMS, "value"])

    def _by_origin(self, kept: Sequence[str]) -> pd.DataFrame:
        """s_i (L c)_i by who emits: one solve for all lines that count alike."""
        groups = list(self._alike([dim for dim in kept if dim not in _PLACES]).items())
        if not groups:
            return pd.DataFrame(columns=["stressor", *DIMS, "value"])
        frames: list[pd.DataFrame] = []
        outputs = self._outputs([columns for _, columns in groups])
        for (key, _), output in zip(groups, outputs, strict=True):
            for part, labels_of, weights in key:
                frames += self._rows_of(output[PARTS.index(part)], dict(labels_of), np.array(weights), kept)
        return pd.concat(frames, ignore_index=True)

    def _alike(self, dims: Sequence[str]) -> dict[Any, list[int]]:
        """The places of spending claims by what they count as: (part, labels, weights) of every part that does."""
        groups: dict[Any, list[int]] = {}
        for place, at in enumerate(self.lines.spent):
            claim, key = self.lines.claims[at], []
            for part in claim.parts:
                weights = tuple(self._weights(at, part).tolist())
                own = {dim: value for dim, value in self._labels(claim, part).items() if dim in dims}
                for definition in definitions(self.organisation, claim, part) if any(weights) else ():
                    key.append((part, (*own.items(), ("definition", definition)), weights))
            groups.setdefault(tuple(key), []).append(place)
        return {key: columns for key, columns in groups.items() if key}

    def _outputs(self, groups: Sequence[list[int]]) -> list[Array]:
        """The output (parts, n) that each group of spending takes: of the makers, their power stations, the rest."""
        lines = self.lines
        product, delivery = (
            np.column_stack([money[:, columns].sum(axis=1) for columns in groups]) for money in lines.money
        )
        first, effective = lines.without_own(product)
        right = np.column_stack([effective, lines.without_own(delivery)[1]])
        solved = leontief.embodied_output(lines.table.system, right).value
        total, brought = solved[:, : len(groups)], solved[:, len(groups) :]
        energy = lines.stations(first)
        parts = {"maker": first, "energy": energy, "upstream": total - first - energy, "delivery": brought}
        nothing = np.zeros_like(first)
        return list(np.stack([parts.get(part, nothing) for part in PARTS]).transpose(2, 0, 1))

    def _rows_of(
        self, output: Array, own: Mapping[str, str], weights: Array, kept: Sequence[str]
    ) -> Iterator[pd.DataFrame]:
        """Rows of what an output (n,) emits, summed over regions or sectors that are not kept."""
        s, _ = self.lines.rows_of_table
        table = self.lines.table
        axes = [axis for axis, dim in enumerate(_PLACES) if dim not in kept]
        names = [names for dim, names in zip(_PLACES, (table.regions, table.sectors), strict=True) if dim in kept]
        index = pd.MultiIndex.from_product(names, names=[dim for dim in _PLACES if dim in kept])
        for name, row in zip(self.lines.of_table, s, strict=True):
            weight = weights[self.lines.stressors.index(name)]
            if weight:
                value = (row * output).reshape(table.x.shape).sum(axis=tuple(axes)).ravel() * weight
                yield index.to_frame(index=False).assign(**own, stressor=name, value=value)

    def _array(self, frame: pd.DataFrame, kept: Sequence[str]) -> xr.DataArray:
        """The rows added up, dense, under labels in their canonical order."""
        of = {"stressor": list(self.lines.stressors)}
        of |= {dim: self._ordered(dim, frame[dim].dropna().unique()) for dim in kept}
        values = np.zeros([len(names) for names in of.values()])
        at = tuple(pd.Index(names).get_indexer(frame[dim]) for dim, names in of.items())
        np.add.at(values, at, frame["value"].to_numpy(np.float64))
        return xr.DataArray(values, of, tuple(of))

    def _ordered(self, dim: str, names: Sequence[str]) -> list[str]:
        table = self.lines.table
        first: dict[str, Sequence[str]] = {
            "definition": DEFINITIONS, "scope": ("1", "2", "3"), "category": (OWN, ENERGY, *FIRM, *CITY),
            "basis": BASES, "stage": STAGES, "method": METHODS, "item": [item.id for item in self.organisation.items],
            "region": table.regions, "sector": table.sectors,
        }  # fmt: skip
        there = set(names)
        known = [name for name in first[dim] if name in there]
        return [*known, *dict.fromkeys(name for name in names if name not in known)]

    def _finished(self, array: xr.DataArray) -> xr.DataArray:
        told, table = self.organisation, self.lines.table
        bought = self.lines.purchases
        facts = {
            "approach": HYBRID,
            "table": told.name,
            "year": told.year,
            "table_hash": provenance.digest([told.hash, table.hash], []),
            "base_hash": table.hash,
            "base": f"{table.about.name}, {table.year}",
            "source": told.source,
            "licence": told.licence,
            "price_basis": table.about.price_basis,
            "classification": table.about.classification,
            "electricity": told.electricity,
            "counted_as": ", ".join(f"{given} as {held}" for given, held in told.stressors.items()),
            "steps": len(bought.steps) if bought is not None else 0,
            "removed": len(self.removed),
            "uncounted": len(self.uncounted),
            "downstream": self.downstream,
            "without_lines": " ".join(self.without_lines),
            "additive": _ADDITIVE[told.kind],
        }
        said = "activities by factor, products by their life, purchases by multipliers s L; of each purchase the best"
        return finished(array, "organisation", said, [self.lines.units[name] for name in self.lines.stressors], facts)
