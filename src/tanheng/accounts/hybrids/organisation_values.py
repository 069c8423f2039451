"""What each line of an organisation stands for: by activity and factor, by the life of a product, or by the table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng import units
from tanheng.accounts.hybrids.organisation_lives import Systems, life_of
from tanheng.accounts.hybrids.organisation_precedence import PARTS, Claim, claims, lacks
from tanheng.accounts.linkage import ELECTRICITY
from tanheng.accounts.result import choose, multipliers
from tanheng.errors import LabelError, MissingError, QuestionError, UnitError, nearest
from tanheng.kernels import leontief
from tanheng.systems.organisation import Item, Organisation
from tanheng.systems.prices import Rates
from tanheng.systems.purchases import Purchases, purchases
from tanheng.systems.table import Table

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of an organisation against a table: stressors, claims, and the value of each part of each claim.

    ``stressor`` names those of the answer, all if None; ``unit`` is that of mass. ``electricity`` names the sectors
    that make it, those of the table's classification if None.
    """

    organisation: Organisation
    table: Table
    systems: Systems
    rates: Rates | None
    stressor: str | Sequence[str] | None
    unit: str
    given: Sequence[str] | None

    # -- what is asked ------------------------------------------------------------------------------------------------

    @cached_property
    def electricity(self) -> tuple[str, ...]:
        """The sectors that make electricity; () where neither the table nor the user tells."""
        sectors = self.table.sectors
        if self.given is not None:
            for name in self.given:
                if name not in sectors:
                    what = f"the table has no sector {name!r}"
                    raise QuestionError(what, where=self.table.about.name, hint=nearest(name, sectors))
            return tuple(self.given)
        pattern = ELECTRICITY.get(self.table.about.classification)
        return tuple(name for name in sectors if pattern and fnmatchcase(name, pattern))

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """All ways in which the lines are known."""
        found = claims(self.organisation, self.electricity)
        needs = next((one.item for one in found if one.item.holds == "direct-and-energy" and one.way == "factor"), None)
        if needs is not None and not self.electricity:
            hint = "name the sectors that make electricity in 'energy'"
            raise QuestionError("which sectors make electricity is not known", where=self.at(needs), hint=hint)
        return found

    def at(self, item: Item) -> str:
        """A line in words."""
        return self.organisation.at(item)

    @cached_property
    def stressors(self) -> tuple[str, ...]:
        """The stressors of the answer: those of the table, then those that factors and products tell besides."""
        links = self.organisation.stressors
        for given, held in links.items():
            if held not in self.table.stressors:
                here = f"{self.organisation.where or self.organisation.name}, stressors"
                hint = nearest(held, self.table.stressors)
                raise LabelError(f"{given} is counted as {held}, which the table has not", where=here, hint=hint)
        told = [self._of_factor(claim.item) for claim in self.claims if claim.way == "factor"]
        told += [name for rows in self.lives.values() for name in rows["stressor"]]
        known = list(dict.fromkeys([*self.table.stressors, *told]))
        if self.stressor is None:
            return tuple(known)
        wanted = [self.stressor] if isinstance(self.stressor, str) else list(dict.fromkeys(self.stressor))
        for name in wanted:
            if name not in known:
                raise QuestionError(
                    f"there is no stressor {name!r}", where=self.organisation.name, hint=nearest(name, known)
                )
        return tuple(wanted)

    @cached_property
    def of_table(self) -> tuple[str, ...]:
        """Those of them that the table has."""
        return tuple(name for name in self.stressors if name in self.table.stressors)

    def _of_factor(self, item: Item) -> str:
        if item.stressor:
            name = self.organisation.stressors.get(item.stressor, item.stressor)
            alike = [one for one in self.table.stressors if one.casefold() == name.casefold() and one != name]
            if alike:
                raise LabelError(f"stressor {name} is not known", where=self.at(item), hint=nearest(name, alike))
            return name
        if len(self.table.stressors) == 1:
            return self.table.stressors[0]
        hint = f"add stressor, such as {', '.join(self.table.stressors[:3])}"
        raise MissingError("its factor does not say of which stressor", where=self.at(item), hint=hint)

    @cached_property
    def units(self) -> dict[str, str]:
        """The unit of each stressor: masses in ``unit``, with the substance that the table names; others as given."""
        found = {}
        for name in self.stressors:
            given = self.table.about.units.get(name, self.unit)
            dimension = units.parse(given).dimension
            found[name] = f"{self.unit}{dimension[4:]}" if dimension.startswith("mass") else given
        return found

    def _from_kg(self, name: str, item: Item) -> float:
        parsed = units.parse(self.units[name])
        if not parsed.dimension.startswith("mass"):
            what = f"its factor is in kg, {name} is in {parsed.name}"
            raise UnitError(what, where=self.at(item), hint="leave the line out, or name another stressor")
        return 1.0 / parsed.factor

    # -- factors and products -----------------------------------------------------------------------------------------

    @cached_property
    def lives(self) -> dict[int, pd.DataFrame]:
        """What the product of each claim of that way tells by place of the claim: see ``life_of``."""
        told = self.organisation
        return {
            at: life_of(claim.item, self.systems, told, self.at(claim.item))
            for at, claim in enumerate(self.claims)
            if claim.way == "product"
        }

    # -- the table ----------------------------------------------------------------------------------------------------

    @cached_property
    def spent(self) -> tuple[int, ...]:
        """The places of claims by spending."""
        return tuple(at for at, claim in enumerate(self.claims) if claim.way == "spending")

    @cached_property
    def purchases(self) -> Purchases | None:
        """What is spent, in the money of the table; None where nothing is."""
        listing = [item.spending for item in (self.claims[at].item for at in self.spent) if item.spending is not None]
        return purchases(listing, self.table, self.rates) if listing else None

    @cached_property
    def money(self) -> tuple[Array, Array]:
        """What goes to makers and what to trade and transport for delivery, each (n, claims by spending)."""
        bought = self.purchases
        if bought is None:
            return np.zeros((self.table.x.size, 0)), np.zeros((self.table.x.size, 0))
        return bought.own.toarray(), bought.margins.toarray()

    @cached_property
    def own(self) -> tuple[int, float, Array | None]:
        """The position of the firm's own sector, its share of it, and that row of L (n,); None without a share."""
        told = self.organisation
        if told.region not in self.table.regions:
            raise LabelError(
                f"region {told.region} is not known",
                where=told.where or told.name,
                hint=nearest(told.region, self.table.regions),
            )
        if not told.share:
            return 0, 0.0, None
        if told.sector not in self.table.sectors:
            raise LabelError(
                f"sector {told.sector} is not known",
                where=told.where or told.name,
                hint=nearest(told.sector, self.table.sectors),
            )
        at = self.table.regions.index(told.region) * len(self.table.sectors) + self.table.sectors.index(told.sector)
        unit = np.zeros((1, self.table.x.size))
        unit[0, at] = self.table.x.values.ravel()[at]
        return at, told.share, np.asarray(leontief.multipliers(self.table.system, unit).value[0])

    def without_own(self, money: Array) -> tuple[Array, Array]:
        """``money`` (n, p) less what the firm sells itself, and that less what it sells to those behind its purchases.

        The firm is the share w of its sector j: of row j of A, and of what it buys there, w is its own and is counted
        where it happens. With D = I − w e_j e_jᵀ, (I − D A)⁻¹ D c = L (D c − κ w e_j), by Sherman and Morrison's
        formula κ = (L_j· D c − (D c)_j) / (1 + w (L_jj − 1)).
        """
        at, share, row = self.own
        if row is None:
            return money, money
        first = money.copy()
        first[at] *= 1 - share
        again = (row @ first - first[at]) / (1 + share * (row[at] - 1))
        effective = first.copy()
        effective[at] -= share * again
        return first, effective

    @cached_property
    def by_part(self) -> dict[int, Array]:
        """What each part of each claim stands for, whole: (stressors, parts), in their units, by place of the claim.

        Of factors and products, which are one figure, all stands at the first of their parts.
        """
        found = {at: self._told(at) for at, claim in enumerate(self.claims) if claim.way != "spending"}
        if self.spent:
            values = self._of_money()
            found |= {at: values[:, place] for place, at in enumerate(self.spent)}
        return found

    def _told(self, at: int) -> Array:
        claim, values = self.claims[at], np.zeros((len(self.stressors), len(PARTS)))
        first = PARTS.index(claim.parts[0])
        if claim.way == "factor":
            name = self._of_factor(claim.item)
            if name in self.stressors:
                values[self.stressors.index(name), first] = amount(claim.item) * self._from_kg(name, claim.item)
            return values
        rows = self.counted_life(at)
        for name, value in zip(rows["stressor"], rows["value"], strict=True):
            values[self.stressors.index(name), first] += value
        return values

    def counted_life(self, at: int, *, other: bool = False, credit: bool = False) -> pd.DataFrame:
        """The rows of a product that count, or those of other stages, or its credits, in the stressors' units."""
        rows = self.lives[at]
        rows = rows[(rows["credit"] == credit) & (rows["other"] == other) & rows["stressor"].isin(self.stressors)]
        scale = [self._from_kg(name, self.claims[at].item) for name in rows["stressor"]]
        return rows.assign(value=rows["value"] * scale)

    @cached_property
    def rows_of_table(self) -> tuple[Array, Array]:
        """Intensities s and multipliers m of the table's stressors, each (stressors, n), in the answer's units."""
        if not self.of_table:
            return np.zeros((0, self.table.x.size)), np.zeros((0, self.table.x.size))
        names = list(self.of_table)
        scale = [[units.factor(self.table.about.units[name], self.units[name])] for name in names]
        parts = (choose(self.table.intensity, names), multipliers(self.table, names))
        s, m = (np.asarray(part.values.reshape(len(names), -1)) * scale for part in parts)
        return s, m

    def stations(self, money: Array) -> Array:
        """The output of power stations (n, p) that the makers of ``money`` (n, p) buy of directly."""
        output = np.zeros(money.shape)
        at = np.flatnonzero(np.tile(np.isin(self.table.sectors, self.electricity), len(self.table.regions)))
        if len(at):
            n = self.table.x.size
            needs = self.table.per_output(np.ones(self.table.x.shape)).reshape(n, 1) * money
            output[at] = self.table.Z.values.reshape(n, n)[at] @ needs
            place, share, _ = self.own
            output[place] *= 1 - share
        return output

    def _of_money(self) -> Array:
        """(stressors, claims by spending, parts)."""
        s, m = self.rows_of_table
        values = np.zeros((len(self.stressors), len(self.spent), len(PARTS)))
        rows = [self.stressors.index(name) for name in self.of_table]
        product, delivery = self.money
        first, effective = self.without_own(product)
        maker, energy = s @ first, s @ self.stations(first)
        parts = {"maker": maker, "energy": energy, "upstream": m @ effective - maker - energy}
        parts["delivery"] = m @ self.without_own(delivery)[1]
        for part, found in parts.items():
            values[rows, :, PARTS.index(part)] = found
        return values

    def own_sales(self) -> Array:
        """What is taken out since the firm would buy of itself: (stressors of the table, claims by spending)."""
        _, m = self.rows_of_table
        product, delivery = self.money
        both = product + delivery
        return np.asarray(m @ (both - self.without_own(both)[1]))

    @cached_property
    def provided(self) -> list[Collection[str]]:
        """The stressors that each claim tells."""
        found: list[Collection[str]] = []
        for at, claim in enumerate(self.claims):
            if claim.way == "spending":
                found.append(self.of_table)
            elif claim.way == "factor":
                name = self._of_factor(claim.item)
                found.append((name,) if name in self.stressors else ())
            else:
                found.append(tuple(dict.fromkeys(self.counted_life(at)["stressor"])))
        return found

    def lacking(self) -> list[tuple[Item, str]]:
        """The lines that their method cannot count, each with the reason."""
        return [(item, why) for item in self.organisation.items if (why := lacks(item))]


def amount(item: Item) -> float:
    """Quantity times factor, in kg; a factor per another unit is brought to that of the quantity."""
    if item.quantity is None or item.factor is None:
        return 0.0
    per = units.factor(item.unit, item.per) if item.per and item.per != item.unit else 1.0
    return item.quantity * per * item.factor
