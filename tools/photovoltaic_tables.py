"""The tables of the photovoltaic product: what a kilowatt of modules takes, where its parts are made, what was traded.

The masses follow PV_ICE (calculateMassFlow, calculateEnergyFlow): what goes in is the mass in the module divided by the
yields of the material and of module making, less the scrap that comes back as the same material; energy is counted per
kilogram of that virgin input. What earlier modules give back at their end is left out of what new ones take.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from product_csv import OWN, text
from tanheng.labels.countries import country_code

YEARS = range(2000, 2026)
SHARED_YEARS = range(2000, 2023)  # of makers: PV_ICE carries 2022 on
CHAIN_YEARS = range(2004, 2023)
MATERIALS = {  # our name: that of PV_ICE
    "glass": "glass", "aluminium": "aluminium_frames", "encapsulant": "encapsulant", "backsheet": "backsheet",
    "copper": "copper", "silver": "silver", "silicon": "silicon",
}  # fmt: skip
STEPS = ("metallurgical", "polysilicon", "ingot", "wafer", "cell")  # of silicon, each made of the one before
WORLD = "WLD"
NAMES = {
    "SKorea": "KOR", "VietNam": "VNM", "UAE": "ARE", "HongKong": "HKG", "SaudiArabia": "SAU", "SouthAfrica": "ZAF",
    "CongoDRC": "COD", "ElSalvador": "SLV", "UnitedKingdom": "GBR", "Bosnia": "BIH", "Laos": "LAO", "EU": "EU27",
    "World": WORLD, "Korea": "KOR", "Turkey": "TUR", "USA": "USA", "Vietnam": "VNM", "Taiwan": "TWN",
}  # fmt: skip
TRADED = {"Panels": "photovoltaics", "Cells": "cell", "Wafers": "wafer"}


def compile_tables(shared: Path) -> dict[str, bytes]:
    """The files of the photovoltaic product by name."""
    source = shared / "pv"
    tables = Baselines(source / "pv_ice")
    technology = [(year, key, _short(value)) for year in YEARS for key, value in tables.technology(year).items()]
    return {
        "technology.csv": text(("year", "key", "value"), technology),
        "process_co2.csv": text(("key", "value"), tables.process_co2()),
        "makers.csv": text(("year", "key", "region", "value"), tables.makers()),
        "chain.csv": text(("year", "key", "region", "to_region", "value"), chain(tables.module_shares)),
        "yield.csv": (OWN / "yield.csv").read_bytes(),
        "trade.csv": text(_TRADE, trade(source / "mart_solar_exports_full_release_monthly.csv")),
    }


class Baselines:
    """PV_ICE's baselines for a crystalline silicon module of the world's average make."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._module = self._baseline("modules_mass_World")
        self._work = self._baseline("modules_energy") / 1000  # kWh per m2
        self._mass = {name: self._baseline(f"material_mass_{theirs}") for name, theirs in MATERIALS.items()}
        self._energy = {name: self._baseline(f"material_energy_{theirs}") for name, theirs in MATERIALS.items()}
        self._steps = pd.read_csv(OWN / "silicon_steps.csv", index_col="year")
        self.module_shares = _shares(self._maker_file("module"))

    def _baseline(self, name: str) -> pd.DataFrame:
        """Numbers by year; the second line holds the units."""
        rows = pd.read_csv(self._folder / f"baseline_{name}.csv", encoding="utf-8-sig", skiprows=[1], index_col="year")
        return rows.loc[YEARS[0] : YEARS[-1]].astype(float)

    def _maker_file(self, name: str) -> pd.DataFrame:
        end = "countrymarketshare.csv"
        file = f"baseline_{name}_{end}" if name == "module" else f"baseline_{name}_MFGing_{end}"
        return pd.read_csv(self._folder / "CarbonLayer" / file, encoding="utf-8-sig", index_col=0).loc[SHARED_YEARS]

    # -- what a kilowatt takes ----------------------------------------------------------------------------------------

    def technology(self, year: int) -> dict[str, float]:
        """By key, in that year: per kW of modules or cells, and per kg of a material."""
        module = self._module.loc[year]
        area = 100 / module["mod_eff"]  # m2 per kW at 1 kW per m2
        making = module["mod_MFG_eff"] / 100
        found = {
            "cells per module": 1 / making,
            "module mass": area * self._mass_per_m2(year) / 1000,  # t per kW
            "module assembly electricity": self._work["e_mod_MFG"][year] * area / making,
            "installation electricity": self._work["e_mod_Install"][year] * area,
        }
        for name in MATERIALS:
            amount = area * self._virgin(name, year, making)
            at = "cell" if name in ("silicon", "silver") else "module"
            found[f"{name} per {at}"] = amount * making if at == "cell" else amount
            if name != "silicon":
                found |= _energies(name, self._energy[name].loc[year], "e_mat_MFG", "e_mat_MFG_fuelfraction")
        return found | self._silicon(year) | self._end(year, area)

    def _mass_per_m2(self, year: int) -> float:
        return float(sum(mass["mat_massperm2"][year] for mass in self._mass.values())) / 1000

    def _virgin(self, name: str, year: int, making: float) -> float:
        """kg per m2 of module: mat_Virgin_Stock without what earlier modules give back."""
        row = self._mass[name].loc[year]
        used = row["mat_massperm2"] / 1000
        taken = used / making / (row["mat_MFG_eff"] / 100)
        back = (
            row["mat_MFG_scrap_Recycled"]
            * row["mat_MFG_scrap_Recycling_eff"]
            * row["mat_MFG_scrap_Recycled_into_HQ"]
            * row["mat_MFG_scrap_Recycled_into_HQ_Reused4MFG"]
            / 1e8
        )
        return float(taken - (taken - used) * back)

    def _silicon(self, year: int) -> dict[str, float]:
        """kWh per kg of silicon fed in, by step: PV_ICE's whole figure split as its own steps are."""
        steps, whole = self._steps.loc[year], self._energy["silicon"]["e_mat_MFG"][year]
        total = sum(steps[step] for step in STEPS)
        if abs(total / whole - 1) > 1e-3:
            raise SystemExit(
                f"silicon_steps.csv: {year} adds up to {total:.2f}, the baseline has {whole:.2f} kWh per kg"
            )
        found = {}
        for step in STEPS:
            energy, fuel = steps[step] * whole / total, steps[f"{step}_fuel"] / 100
            found |= {f"{step} electricity": energy * (1 - fuel), f"{step} fuel": energy * fuel}
        return found

    def _end(self, year: int, area: float) -> dict[str, float]:
        """The end of life per kW, then per kg of module recycled: energy, and what comes back as the same material."""
        module, mass = self._module.loc[year], self._mass_per_m2(year)
        recycled = module["mod_EOL_collection_eff"] / 100 * module["mod_EOL_pg4_recycled"] / 100
        found: dict[str, float] = defaultdict(float)
        found["module landfilled"] = area * mass * (1 - recycled)
        found["module recycled"] = area * mass * recycled
        found["dismantling electricity"] = self._work["e_mod_Demount"][year] * area
        found["recycling electricity"] = self._work["e_mod_Recycle_Crush"][year] / mass
        found["recycling fuel"] = 0.0
        for name in MATERIALS:
            row, energy = self._mass[name].loc[year], self._energy[name].loc[year]
            share = row["mat_massperm2"] / 1000 / mass
            taken = share * row["mat_PG4_Recycling_target"] / 100
            back = taken * row["mat_Recycling_yield"] / 100 * row["mat_EOL_Recycled_into_HQ"] / 100
            fuel = energy["e_mat_Recycled_HQ_fuelfraction"] / 100
            found["recycling electricity"] += taken * energy["e_mat_Recycled_LQ"]
            found["recycling electricity"] += back * energy["e_mat_Recycled_HQ"] * (1 - fuel)
            found["recycling fuel"] += back * energy["e_mat_Recycled_HQ"] * fuel
            found[f"{name} recovered"] = back
            found["landfill electricity"] += (
                share * energy["e_mat_Landfill"] * (1 - energy["e_mat_Landfill_fuelfraction"] / 100)
            )
            found["landfill fuel"] += share * energy["e_mat_Landfill"] * energy["e_mat_Landfill_fuelfraction"] / 100
        losses = module["mod_degradation"] / 100
        found["lifetime"] = (1 - (1 - losses) ** module["mod_lifetime"]) / losses  # years of the first year's yield
        return dict(found)

    def process_co2(self) -> Iterator[tuple[str, str]]:
        """kg CO2 per kg of virgin material that is no burning of fuel for energy."""
        path = self._folder / "CarbonLayer/baseline_materials_processCO2.csv"
        rows = pd.read_csv(path, encoding="utf-8-sig", index_col=0)["v_MFG_gCO2eqpg"]
        for name, theirs in MATERIALS.items():
            yield name, f"{rows[theirs]:g}"

    # -- where it is made ---------------------------------------------------------------------------------------------

    def makers(self) -> Iterator[tuple[int, str, str, str]]:
        """Year, material, region, share of the world's making."""
        for name, theirs in MATERIALS.items():
            if name != "silicon":
                yield from _rows(name, _shares(self._maker_file(theirs)))
        yield from _rows("module", self.module_shares)
        made = _made()
        for step in ("cell", "wafer"):
            yield from _rows(step, made[step])


def _energies(name: str, row: pd.Series, total: str, fraction: str) -> dict[str, float]:
    fuel = row[fraction] / 100
    return {f"{name} electricity": row[total] * (1 - fuel), f"{name} fuel": row[total] * fuel}


def _shares(percent: pd.DataFrame) -> dict[int, dict[str, float]]:
    """{year: {region: share}}, adding up to one: what is left is the rest of the world's, what is over is scaled."""
    found = {}
    for year, row in percent.apply(pd.to_numeric).iterrows():
        shares: dict[str, float] = defaultdict(float)
        for name, value in row.items():
            if value > 0:
                shares[_code(str(name))] += value / 100
        total = sum(shares.values())
        if total < 1:
            shares[WORLD] += 1 - total
        found[int(year)] = {region: share / max(total, 1) for region, share in shares.items()}
    return found


def _rows(key: str, shares: Mapping[int, Mapping[str, float]]) -> Iterator[tuple[int, str, str, str]]:
    for year, regions in shares.items():
        for region, share in sorted(regions.items()):
            if round(share, 7):
                yield year, key, region, f"{share:.7f}".rstrip("0").rstrip(".")


def _code(name: str) -> str:
    code = NAMES.get(name) or country_code(name)
    if code is None:
        raise SystemExit(f"{name} is no country that is known")
    return code


def _short(value: float) -> str:
    return f"{value:.7g}"


# -- the chain of silicon ---------------------------------------------------------------------------------------------


def chain(modules: Mapping[int, Mapping[str, float]]) -> Iterator[tuple[int, str, str, str, str]]:
    """Year, step, maker, user, share: where the makers of the next step have it from.

    A country uses its own first; what it lacks comes from those that make more than they use, in proportion.
    """
    made = _made()
    for year in CHAIN_YEARS:
        for step, following in zip(STEPS, (*STEPS[1:], "module"), strict=True):
            needed = modules if following == "module" else made[following]
            users = {region for shares in needed.values() for region in shares}
            for user in sorted(users):
                for maker, share in sorted(supply(made[step][year], needed[year], user).items()):
                    if round(share, 7):
                        yield year, step, maker, user, f"{share:.7f}".rstrip("0").rstrip(".")


def supply(made: Mapping[str, float], needed: Mapping[str, float], user: str) -> dict[str, float]:
    """The shares of makers in what ``user`` takes; one that needs none that year would take its own, or the mix.

    >>> supply({"a": 0.75, "b": 0.25}, {"a": 0.5, "b": 0.5}, "b")
    {'b': 0.5, 'a': 0.5}
    """
    own, wanted = made.get(user, 0.0), needed.get(user, 0.0)
    spare = {maker: share - needed.get(maker, 0.0) for maker, share in made.items() if share > needed.get(maker, 0.0)}
    if own >= wanted or not spare:  # nothing to spare, yet something lacks: rounding
        return {user: 1.0} if own else dict(made)
    total, lacking = sum(spare.values()), 1 - own / wanted
    mix = {user: own / wanted} if own else {}
    return mix | {maker: lacking * share / total for maker, share in spare.items()}


def _made() -> dict[str, dict[int, dict[str, float]]]:
    """{step: {year: {region: share}}}; ingots are joined by the shares of mono- and multicrystalline silicon."""
    rows = pd.read_csv(OWN / "silicon_shares.csv", index_col=["step", "country"])
    rows.columns = rows.columns.astype(int)
    mono = pd.read_csv(OWN / "silicon_steps.csv", index_col="year")["mono_share"]
    parts = {step: _filled(rows.loc[step]) for step in rows.index.get_level_values("step").unique()}
    found = {step: _shares(part) for step, part in parts.items() if step in STEPS}
    found["ingot"] = {
        year: _mixed(one, _shares(parts["ingot-multi"])[year], mono[year])
        for year, one in _shares(parts["ingot-mono"]).items()
    }
    return found


def _filled(percent: pd.DataFrame) -> pd.DataFrame:
    """Years as rows; years that are not given (blank) have the shares of the nearest that is."""
    given = percent.T.dropna(how="all")
    return given.reindex(CHAIN_YEARS, method="nearest")


def _mixed(one: Mapping[str, float], other: Mapping[str, float], share: float) -> dict[str, float]:
    regions: Sequence[str] = list(dict.fromkeys([*one, *other]))
    return {region: share * one.get(region, 0.0) + (1 - share) * other.get(region, 0.0) for region in regions}


# -- trade ------------------------------------------------------------------------------------------------------------

_TRADE = ("year", "product", "origin", "destination", "quantity", "unit", "value", "currency", "mass_kg")


def trade(path: Path) -> Iterator[tuple[object, ...]]:
    """China's exports by year and destination: MW, USD, kg; rows of regions are left out, months added up."""
    rows = pd.read_csv(path)
    rows = rows[rows["Area type"] == "Country or economy"].assign(year=rows["Date"].str[:4].astype(int))
    sums = rows.groupby(["year", "Commodity type", "Area"])[["Capacity (MW)", "Amount (USD)", "Amount (kg)"]].sum()
    found = []
    for (year, kind, area), (power, value, mass) in sums.iterrows():
        place = area if area.startswith("Other ") else _code(area)
        found.append((year, TRADED[kind], "CHN", place, f"{power:.2f}", "MW", f"{value:.0f}", "USD", f"{mass:.0f}"))
    yield from sorted(found)
