"""The tables of the embedded products: the same bytes every time, and figures that agree with what was not used."""

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import build_products
import photovoltaic_tables


@pytest.fixture(scope="module")
def files(shared):
    return build_products.compile_products(shared)


def test_all_bytes_are_those_committed(files, tmp_path):
    build_products.write(files, tmp_path)
    for name, content in files.items():
        assert (build_products.OUT / name).read_bytes() == content == (tmp_path / name).read_bytes(), name
    compiled = {path.relative_to(build_products.OUT).as_posix() for path in build_products.OUT.glob("*/*.csv")}
    assert {name for name in compiled if not name.startswith("steel/")} == set(files)


@pytest.mark.slow  # compiles everything a second time
def test_the_bytes_are_the_same_twice(files, shared):
    assert build_products.compile_products(shared) == files


def test_the_embedded_tables_are_small(files):
    assert sum(map(len, files.values())) < 1_500_000


# -- electricity ------------------------------------------------------------------------------------------------------


def test_the_grid_is_the_published_series_where_it_has_a_value(shared):
    grid = build_products.grid(shared)
    assert grid["CHN", 2021] == pytest.approx(0.54435516, rel=1e-12)  # as published, g to kg
    assert grid["WLD", 2021] == pytest.approx(0.4412665, rel=1e-12)
    assert (grid > 0).all()


def test_the_factors_by_fuel_are_those_behind_the_series(shared):
    """Where there are both, they agree: so the years after the series ends continue it without a jump."""
    published, own = build_products.grid(shared), build_products.by_fuel(shared) / 1000
    ratio = (own / published).xs(2021, level="year").dropna()
    assert ratio.median() == pytest.approx(1.0, abs=0.005)  # most agree to rounding
    for region in ["CHN", "USA", "DEU", "IND", "KOR", "JPN", "VNM", "MYS", "THA", "TWN"]:  # makers of modules
        assert ratio[region] == pytest.approx(1.0, abs=0.04), region  # generation was revised since, most for Japan
    theirs = pd.read_csv(
        shared / "pv/pv_ice/CarbonLayer/baseline_electricityemissionfactors.csv", encoding="utf-8-sig", index_col=0
    )["CO2eq_gpWh_ember"]
    for fuel, factor in build_products.FUELS.items():
        assert theirs[fuel.replace(" ", "")] * 1000 == pytest.approx(factor, rel=1e-12), fuel


def test_the_world_lies_between_its_countries_and_near_the_published_one(shared):
    own = build_products.by_fuel(shared) / 1000
    assert own["WLD", 2021] == pytest.approx(0.4412665, rel=0.01)  # revised generation
    assert ("WLD", 2025) not in own.index  # fewer than half of the countries are there


# -- figures entered by hand ------------------------------------------------------------------------------------------


def steps():
    return pd.read_csv(photovoltaic_tables.OWN / "silicon_steps.csv", index_col="year")


def test_steps_of_silicon_entered_by_hand_add_up_to_the_baseline(shared):
    """The steps were entered from another file of PV_ICE than the baseline in the folder of sources."""
    baseline = pd.read_csv(
        shared / "pv/pv_ice/baseline_material_energy_silicon.csv", encoding="utf-8-sig", skiprows=[1], index_col="year"
    )
    own = steps()
    total = own[list(photovoltaic_tables.STEPS)].sum(axis=1)
    np.testing.assert_allclose(total, baseline.loc[own.index, "e_mat_MFG"], rtol=6e-4)  # 2021 and 2022: a later mix
    fuel = sum(own[step] * own[f"{step}_fuel"] for step in photovoltaic_tables.STEPS) / total
    np.testing.assert_allclose(fuel, baseline.loc[own.index, "e_mat_MFG_fuelfraction"], atol=0.51)  # whole percents


def test_shares_of_steps_entered_by_hand_mix_to_the_shares_of_the_baseline(shared):
    """PV_ICE publishes one share of silicon making a country, its steps weighted by energy."""
    baseline = pd.read_csv(
        shared / "pv/pv_ice/CarbonLayer/baseline_silicon_MFGing_countrymarketshare.csv", index_col=0
    ).loc[2021]
    made, weights = photovoltaic_tables._made(), steps().loc[2021]
    total = sum(weights[step] for step in photovoltaic_tables.STEPS)
    for name, region in {"China": "CHN", "USA": "USA", "Germany": "DEU", "Malaysia": "MYS", "Japan": "JPN"}.items():
        mixed = sum(weights[step] * made[step][2021].get(region, 0.0) for step in photovoltaic_tables.STEPS) / total
        assert 100 * mixed == pytest.approx(baseline[name], abs=0.5), name  # it leaves out what is not told


def test_every_country_code_is_in_one_group_alone():
    with (build_products.OWN / "groups.csv").open(encoding="utf-8", newline="") as file:
        codes = [region for row in csv.DictReader(file) for region in row["regions"].split()]
    assert len(codes) == len(set(codes))
    from iso3166 import countries_by_alpha3

    assert set(countries_by_alpha3) <= set(codes)


def test_freight_is_the_published_average_of_container_ships(shared):
    assert dict(build_products.freight(shared))["sea"] == "0.01612"


# -- the chain --------------------------------------------------------------------------------------------------------

shares = st.lists(st.floats(0, 1), min_size=2, max_size=6).filter(lambda them: sum(them) > 0.01)


@given(made=shares, needed=shares)
def test_what_users_take_is_what_makers_make(made, needed):
    size = min(len(made), len(needed))
    made, needed = made[:size], needed[:size]
    if not sum(made) or not sum(needed):
        return
    m = {str(i): share / sum(made) for i, share in enumerate(made) if share}
    n = {str(i): share / sum(needed) for i, share in enumerate(needed) if share}
    taken: dict[str, float] = {}
    for user, amount in n.items():
        mix = photovoltaic_tables.supply(m, n, user)
        assert sum(mix.values()) == pytest.approx(1.0, abs=1e-9)  # doubles
        for maker, share in mix.items():
            taken[maker] = taken.get(maker, 0.0) + share * amount
    assert taken == pytest.approx({maker: share for maker, share in m.items() if maker in taken}, abs=1e-9)
    assert sum(taken.values()) == pytest.approx(1.0, abs=1e-9)


def test_a_country_uses_its_own_first():
    mix = photovoltaic_tables.supply({"CHN": 0.8, "DEU": 0.2}, {"CHN": 1.0}, "CHN")
    assert mix == pytest.approx({"CHN": 0.8, "DEU": 0.2}, rel=1e-12)
    assert photovoltaic_tables.supply({"CHN": 0.8, "DEU": 0.2}, {"CHN": 0.9, "DEU": 0.1}, "DEU") == {"DEU": 1.0}


def test_a_country_that_needs_none_would_take_the_mix():
    assert photovoltaic_tables.supply({"CHN": 1.0}, {"CHN": 1.0}, "USA") == {"CHN": 1.0}
