"""The photovoltaic case: recomputed by plain sums, beside the literature and the published net figure of 2021."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tanheng.accounts.products.factors import product_factors
from tanheng.accounts.products.trade import avoided_emissions, product_flows
from tanheng.data import products
from tanheng.data.inventories.product_file import EMBEDDED
from tanheng.data.products import FOLDER
from tanheng.systems.assembly import assemble

ROOT = Path(__file__).resolve().parents[2]
YEAR, HEAT = 2021, 0.2266
remembered = cache  # of methods: there is one sheet a year, kept as long as this module
PUBLISHED_NET = 250.0  # Mt in 2021, the published net figure for China's photovoltaic products


@cache
def table(name, *index):
    folder = EMBEDDED if (EMBEDDED / name).exists() else FOLDER / "photovoltaics"
    return pd.read_csv(folder / name, keep_default_na=False).set_index(list(index))["value"].sort_index()


@cache  # one sheet a year, which looks every figure up once
class Sheet:
    """The chain as a spreadsheet would have it: every figure looked up, multiplied and added, nothing solved."""

    def __init__(self, year):
        self.year = year

    @remembered
    def t(self, key):
        return table("technology.csv", "key", "year")[key, self.year]

    @remembered
    def grid(self, region):
        return table("grid.csv", "region", "year")[region, self.year]

    @remembered
    def energy(self, name, region):
        return self.t(f"{name} electricity") * self.grid(region) + self.t(f"{name} fuel") * HEAT

    @remembered
    def material(self, name):
        """kg CO2e per kg of a material of the world's mix."""
        makers = table("makers.csv", "year", "key", "region")[self.year, name]
        process = table("process_co2.csv", "key")[name]
        return sum(share * (self.energy(name, region) + process) for region, share in makers.items())

    def from_makers(self, step, user, cost):
        makers = table("chain.csv", "year", "key", "to_region", "region")[self.year, step, user]
        return sum(share * cost(region) for region, share in makers.items())

    @remembered
    def metallurgical(self, region):
        return self.energy("metallurgical", region) + table("process_co2.csv", "key")["silicon"]

    @remembered
    def polysilicon(self, region):
        return self.energy("polysilicon", region) + self.from_makers("metallurgical", region, self.metallurgical)

    @remembered
    def ingot(self, region):
        return self.t("ingot electricity") * self.grid(region) + self.from_makers(
            "polysilicon", region, self.polysilicon
        )

    @remembered
    def wafer(self, region):
        silicon = self.t("silicon per cell")
        return silicon * (self.energy("wafer", region) + self.from_makers("ingot", region, self.ingot))

    @remembered
    def cell(self, region):
        own = self.t("silicon per cell") * self.energy("cell", region)
        return own + self.t("silver per cell") * self.material("silver") + self.from_makers("wafer", region, self.wafer)

    @remembered
    def module(self, region):
        parts = ("glass", "aluminium", "encapsulant", "backsheet", "copper")
        materials = sum(self.t(f"{name} per module") * self.material(name) for name in parts)
        cells = self.t("cells per module") * self.from_makers("cell", region, self.cell)
        return cells + materials + self.t("module assembly electricity") * self.grid(region)


@pytest.fixture(scope="module")
def photovoltaics():
    return products.open("photovoltaics")


@pytest.fixture(scope="module")
def factors(photovoltaics):
    return product_factors(photovoltaics, YEAR)


def made(factors, origin, product="photovoltaics"):
    """kg CO2e per kW of production, all regions."""
    rows = factors.frame
    rows = rows[(rows["product"] == product) & (rows["origin"] == origin) & (rows["stage"] == "production")]
    return float(rows.loc[rows["line"] == "emission", "value"].sum())


@pytest.mark.parametrize("origin", ["CHN", "VNM", "DEU", "USA", "WLD"])
def test_modules_are_what_a_spreadsheet_gives(factors, origin):
    assert made(factors, origin) == pytest.approx(Sheet(YEAR).module(origin), rel=1e-10)  # the same doubles, reordered


def test_cells_and_wafers_are_what_a_spreadsheet_gives(factors):
    assert made(factors, "CHN", "cell") == pytest.approx(Sheet(YEAR).cell("CHN"), rel=1e-10)
    assert made(factors, "CHN", "wafer") == pytest.approx(Sheet(YEAR).wafer("CHN"), rel=1e-10)


def test_masses_and_energies_are_those_of_pv_ice(shared):
    """From the baselines themselves for 2021: grams per square metre through the yields, kWh per kilogram."""
    folder = shared / "pv/pv_ice"
    read = {"encoding": "utf-8-sig", "skiprows": [1], "index_col": "year"}
    module = pd.read_csv(folder / "baseline_modules_mass_World.csv", **read).loc[YEAR]
    glass = pd.read_csv(folder / "baseline_material_mass_glass.csv", **read).loc[YEAR]
    silicon = pd.read_csv(folder / "baseline_material_mass_silicon.csv", **read).loc[YEAR]
    energy = pd.read_csv(folder / "baseline_material_energy_silicon.csv", **read).loc[YEAR]
    area, sheet = 100 / module["mod_eff"], Sheet(YEAR)
    fed_in = area * silicon["mat_massperm2"] / 1000 / (silicon["mat_MFG_eff"] / 100)
    assert sheet.t("silicon per cell") == pytest.approx(fed_in, rel=1e-6)  # seven digits are kept
    gross = area * glass["mat_massperm2"] / 1000 / (glass["mat_MFG_eff"] / 100) / (module["mod_MFG_eff"] / 100)
    # four tenths of a percent of the scrap come back: 0.8 x 0.5 x 0.2 x 0.1
    back = (gross - area * glass["mat_massperm2"] / 1000) * 0.8 * 0.5 * 0.2 * 0.1
    assert sheet.t("glass per module") == pytest.approx(gross - back, rel=1e-6)
    steps = ("metallurgical", "polysilicon", "ingot", "wafer", "cell")
    whole = sum(sheet.t(f"{step} {kind}") for step in steps for kind in ("electricity", "fuel"))
    assert whole == pytest.approx(energy["e_mat_MFG"], rel=1e-6)
    left = (1 - module["mod_degradation"] / 100) ** pd.Series(range(int(module["mod_lifetime"])))
    assert sheet.t("lifetime") == pytest.approx(left.sum(), rel=1e-6)


def test_the_world_average_is_near_what_pv_ice_counts_with_one_share_of_silicon_for_all_steps(shared, factors):
    """Its own way: silicon's whole energy by one list of makers, each with its grid; ours follows the chain."""
    sheet = Sheet(YEAR)
    shares = pd.read_csv(
        shared / "pv/pv_ice/CarbonLayer/baseline_silicon_MFGing_countrymarketshare.csv", index_col=0
    ).loc[YEAR]
    codes = {"China": "CHN", "USA": "USA", "Germany": "DEU", "Malaysia": "MYS", "Japan": "JPN", "VietNam": "VNM"}
    rest = 1 - sum(shares[name] for name in codes) / 100
    grid = sum(shares[name] / 100 * sheet.grid(code) for name, code in codes.items()) + rest * sheet.grid("WLD")
    silicon = sheet.t("silicon per cell") * sheet.t("cells per module")
    steps = ("metallurgical", "polysilicon", "ingot", "wafer", "cell")
    electricity = sum(sheet.t(f"{step} electricity") for step in steps)
    fuel = sum(sheet.t(f"{step} fuel") for step in steps)
    theirs = silicon * (electricity * grid + fuel * HEAT + 9.3)
    rows = factors.frame
    average = rows[(rows["product"] == "photovoltaics") & (rows["basis"] == "fallback: world average")]["value"].sum()
    silver = sheet.t("silver per cell") * sheet.t("cells per module") * sheet.material("silver")
    parts = ("glass", "aluminium", "encapsulant", "backsheet", "copper")
    materials = sum(sheet.t(f"{name} per module") * sheet.material(name) for name in parts)
    modules = table("makers.csv", "year", "key", "region")[YEAR, "module"]
    assembly = sheet.t("module assembly electricity") * sum(share * sheet.grid(at) for at, share in modules.items())
    # the rest of silicon's makers on the world's grid, and steps weighted otherwise: a percent or two of the silicon
    assert theirs + silver + materials + assembly == pytest.approx(average, rel=0.02)


# -- beside the literature --------------------------------------------------------------------------------------------


def test_2009_lies_where_a_study_of_chinese_modules_of_that_year_put_it():
    """Li, Dong, Zhu and Qi 2012: 1,559 (multi-) to 1,829 (monocrystalline) g CO2 per W made in China in 2009."""
    assert 1559 < Sheet(2009).module("CHN") < 1829


def test_2021_lies_below_a_study_with_a_wider_boundary():
    """Müller et al. 2021: 810 kg CO2e per kW for glass-backsheet modules made in China, with all auxiliaries."""
    assert 400 < Sheet(2021).module("CHN") < 810


def test_the_factor_falls_from_year_to_year():
    """Thinner wafers, better modules, cleaner grids: the world's average make improves in every year."""
    series = [Sheet(year).module("CHN") for year in (2010, 2013, 2016, 2019, 2022)]
    assert series == sorted(series, reverse=True)


@pytest.mark.parametrize("page", ["photovoltaics.md", "photovoltaics.zh.md"])
def test_what_the_documentation_says_is_what_is_computed(page, photovoltaics):
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    rows = {line[2:6]: [cell.strip() for cell in line.split("|")[2:4]] for line in lines if line.startswith("| 20")}
    frame = photovoltaics.trade.frame
    gigawatts = frame[frame["product"] == "photovoltaics"].groupby("year")["quantity"].sum() / 1000
    assert list(rows) == [str(year) for year in gigawatts.index]
    for year, (power, kilograms) in rows.items():
        assert power == f"{gigawatts[int(year)]:.1f}"
        if int(year) <= 2022:  # later years are solved with what stands in
            assert kilograms == f"{Sheet(int(year)).module('CHN'):.0f}"


# -- trade ------------------------------------------------------------------------------------------------------------


def test_exports_of_2021_and_the_published_net_figure(photovoltaics, factors):
    """What ours gives, and what it would take to reach 0.25 Gt: nearly five times as much for each kilowatt."""
    trade = photovoltaics.trade.only(YEAR, ["photovoltaics"])
    power = trade.frame["quantity"].sum() * 1000  # kW
    flows = product_flows(factors, trade, YEAR, "stage", unit="Mt")
    production = float(flows.sel(stage="production").sum())
    assert production == pytest.approx(power * Sheet(YEAR).module("CHN") / 1e9, rel=1e-9)  # all are made in China
    needed = PUBLISHED_NET * 1e9 / power
    assert needed == pytest.approx(2373, abs=1)  # kg per kW: 250 Mt over 105.33 GW
    assert needed > 1829  # more than the most that was published for modules made in China in 2009
    assert needed / Sheet(YEAR).module("CHN") > 4.5
    # the figures of 2002 reach it, those of 2003 just do not (makers are told from 2004 on, which stand in)
    assert solved(2002) > needed > solved(2003)


def solved(year):
    """kg CO2e per kW of a module made in China, by the system itself."""
    system = assemble(products.open("photovoltaics").inventory(year))
    return float(system.multipliers[0, system.find("module@CHN")])


def test_what_modules_avoid_is_beside_and_many_times_what_they_take(photovoltaics, factors):
    trade = photovoltaics.trade.only(YEAR, ["photovoltaics"])
    avoided = avoided_emissions(factors, trade, YEAR, "stage", unit="Mt")
    taken = product_flows(factors, trade, YEAR, "stage", unit="Mt")
    assert float(avoided.sel(stage="use").sum()) > 20 * float(taken.sum())
    assert float(taken.min()) >= 0


def test_freight_of_a_kilowatt_to_rotterdam_by_hand(factors):
    rows = factors.frame
    at = (rows["origin"] == "CHN") & (rows["destination"] == "NLD") & (rows["stage"] == "transport")
    kg = float(rows[at & (rows["product"] == "photovoltaics")]["value"].iloc[0])
    tonnes = Sheet(YEAR).t("module mass")
    assert kg == pytest.approx(tonnes * (19_500 * (0.01612 + 0.00365) + 1000 * (0.07703 + 0.01799)), rel=1e-9)


def test_products_that_hold_each_other_count_their_own_part_alone(photovoltaics):
    factors = product_factors(photovoltaics, 2023)
    trade = photovoltaics.trade.only(2023)
    own = product_flows(factors, trade, 2023, "product", basis="own", stages=["production"], unit="Mt")
    chain = product_flows(factors, trade, 2023, "product", overlapping=True, stages=["production"], unit="Mt")
    assert (own.sum("stressor") <= chain.sum("stressor")).all()
    assert float(own.sum()) < float(chain.sum())
