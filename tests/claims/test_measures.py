"""Measures: never told what was printed; their numbers by hand, on Kitzes 2013 as a table, and from the raw sources."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
from plain_tables import kitzes_folder

from tanheng.claims import Datasets
from tanheng.claims.datasets import NotAtHandError
from tanheng.claims.measures import MEASURES, compute
from tanheng.data import reference, store
from tanheng.errors import NormError, QuestionError


@pytest.fixture(scope="module")
def datasets() -> Datasets:
    return Datasets()


def reason(measure: str, datasets: Datasets, name: str, unit: str = "Gt", **arguments: object) -> str:
    with pytest.raises(NotAtHandError) as error:
        compute(measure, datasets[name], arguments, unit)
    assert set(error.value.reasons) == {"en", "zh"}
    return error.value.reasons["en"]


def test_no_measure_can_know_what_was_printed():
    """By signature: a dataset, declared arguments and a unit; the file that holds the number is no module of theirs."""
    assert list(inspect.signature(compute).parameters) == ["name", "dataset", "arguments", "unit"]
    for one in MEASURES.values():
        parameters = inspect.signature(one.function).parameters
        assert next(iter(parameters)) == "dataset"
        assert not {"printed", "claim", "verdict", "tolerance", "share"} & set(parameters), one.name
        assert not any(each.kind in (each.VAR_KEYWORD, each.VAR_POSITIONAL) for each in parameters.values())
        held = {module for name, module in vars(inspect.getmodule(one.function)).items() if inspect.ismodule(module)}
        assert not any("claim" in module.__name__.rpartition(".")[2] for module in held), one.name


# -- a table by hand --------------------------------------------------------------------------------------------------


@pytest.fixture
def kitzes(tmp_path) -> str:
    """One to two 4, two to one 0.8, at home 4 and 3.2: L = [[8/3, 4/3], [4/5, 8/5]], s = (1/2, 1/3), y = (3, 6)."""
    return str(kitzes_folder(tmp_path / "kitzes"))


def test_gaps_of_a_plain_table(kitzes, datasets):
    one = compute("gap", datasets[kitzes], {"of": "one", "year": 2013}, "t")
    assert one.value == pytest.approx(8 - 4.8, rel=1e-12)  # another order of sums
    assert len(one.hash) == 64
    assert compute("gap", datasets[kitzes], {"of": "two", "year": 2013}, "kg").value == pytest.approx(-3200, rel=1e-12)
    held = compute("gap-sign", datasets[kitzes], {"of": "two", "years": [2012, 2014], "sign": "negative"})
    assert (held.held, held.there, held.whole) == ((2013,), (2013,), False)
    assert compute("gap-sign", datasets[kitzes], {"of": "two", "years": [2013, 2013]}).held == ()


def test_trade_of_a_plain_table(kitzes, datasets):
    assert compute("traded", datasets[kitzes], {"year": 2013}, "t").value == pytest.approx(4.8, rel=1e-12)
    assert compute("traded-share", datasets[kitzes], {"year": 2013}).value == pytest.approx(40, rel=1e-12)


def test_what_a_table_lacks_is_said(kitzes, datasets):
    said = reason("gap", datasets, kitzes, "t", of="one", year=2019)
    assert "no data of 2019, but of 2013. In 2013, its nearest year, it gives 3.20 t." in said
    assert "it does not have three, 2013" in reason("gap", datasets, kitzes, of="three", year=2013)
    assert "the grouping oecd does not part its regions" in reason(
        "gap", datasets, kitzes, of="OECD", group="oecd", year=2013
    )
    assert "no data of 1990-2000" in reason("gap-sign", datasets, kitzes, of="one", years=[1990, 2000])
    assert "In 2013, its nearest year, it gives 4.80 t" in reason("traded", datasets, kitzes, "t", year=2014)


@pytest.mark.parametrize(
    ("stressors", "unit", "said"),
    [
        (["Energy"], "TJ", "no stressor CO2, but Energy."),
        (
            ["CO2 - combustion - air", "CO2 - other"],
            "t",
            "no one stressor CO2, but CO2 - combustion - air, CO2 - other",
        ),
        (["CO2", "co2"], "t", "no one stressor CO2, but CO2, co2"),
        (["CO2"], "TJ", "CO2 is in TJ, which is no mass"),
    ],
)
def test_a_table_without_one_co2_in_mass_is_not_checkable(tmp_path, datasets, stressors, unit, said):
    rows = "".join(f"{name},8,4\n" for name in stressors)
    units = "".join(f'"{name}" = "{unit}"\n' for name in stressors)
    about = f'name = "x"\nyear = 2013\ncurrency = "USD"\n\n[units]\n{units}'
    folder = kitzes_folder(tmp_path / "own", {"F.csv": f",one,two\n,all,all\n{rows}", "about.toml": about})
    assert said in reason("gap", datasets, str(folder), of="one", year=2013)
    assert said in reason("traded", datasets, str(folder), year=2013)


def test_one_co2_is_found_by_its_name_alone(tmp_path, datasets):
    about = 'name = "x"\nyear = 2013\ncurrency = "USD"\n\n[units]\nco2 = "kt CO2"\nCH4 = "t"\n'
    text = ",one,two\n,all,all\nCH4,1,1\nco2,8,4\n"
    folder = kitzes_folder(tmp_path / "own", {"F.csv": text, "about.toml": about})
    assert compute("gap", datasets[str(folder)], {"of": "one", "year": 2013}, "t").value == pytest.approx(
        3200, rel=1e-12
    )


def test_what_is_no_dataset_and_no_grouping_is_an_error(datasets):
    with pytest.raises(QuestionError, match="did you mean world"):
        compute("gap", datasets["wrold"], {"of": "CHN", "year": 2009}, "Gt")
    with pytest.raises(NormError, match="grouping oecdd is not known; did you mean oecd"):
        compute("gap", datasets["gcb"], {"of": "OECD", "group": "oecdd", "year": 2009}, "Gt")
    with pytest.raises(QuestionError, match="did you mean electricity"):
        compute("growth", datasets["reference"], {"series": "electricty", "of": "CHN", "years": [2015, 2022]})


# -- the embedded data, by other ways ---------------------------------------------------------------------------------


def budget(year: int) -> pd.Series:
    """Production less consumption by country, Mt, of one vintage: the newer from 2004, the older before."""
    frame = reference.reference()
    frame = frame[(frame["year"] == year) & (frame["source"] == ("gcb-2004-2023" if year >= 2004 else "gcb-to-2018"))]
    wide = frame.pivot(index="region", columns="series", values="value")
    return (wide["territorial_co2"] - wide["consumption_co2"]).dropna()


@pytest.mark.parametrize(("year", "gap"), [(1990, 0.135), (2019, 0.783)])
def test_the_global_carbon_budget_of_china(datasets, year, gap):
    """The numbers of the task, to their digits, and the rows of the series themselves."""
    found = compute("gap", datasets["gcb"], {"of": "CHN", "year": year}, "Gt").value
    assert round(found, 3) == gap
    assert found == pytest.approx(budget(year)["CHN"] / 1000, rel=1e-12)


@pytest.mark.parametrize("year", [1990, 2005, 2019])
def test_groups_of_the_budget_are_sums_of_one_vintage(datasets, year):
    """OECD and the others are all countries with both numbers, and nobody is counted twice."""
    parts = [compute("gap", datasets["gcb"], {"of": of, "group": "oecd", "year": year}, "Gt").value
             for of in ("OECD", "non-OECD")]  # fmt: skip
    assert sum(parts) == pytest.approx(budget(year).sum() / 1000, rel=1e-9)
    assert parts[0] < 0 < parts[1]


def test_the_raw_budget_of_china(shared):
    old = pd.read_csv(shared / "reference/owid_gcb_to_2018.csv.gz")
    new = pd.read_csv(shared / "reference/owid_gcb_2004-2023.csv.gz", sep=";")
    first = old[(old["a3"] == "CHN") & (old["year"] == 1990)].iloc[0]
    last = new[(new["iso_code"] == "CHN") & (new["year"] == 2019)].iloc[0]
    found = [compute("gap", Datasets()["gcb"], {"of": "CHN", "year": year}, "Mt").value for year in (1990, 2019)]
    assert found == pytest.approx([float(row["co2"] - row["consumption_co2"]) for row in (first, last)], rel=1e-9)


def test_the_embedded_world_by_an_inverse(datasets):
    """E = ŝ (I - A)⁻¹ Y of 2004, formed as it is written, by region."""
    table = store.open("world")[2004]
    n, R = table.x.size, len(table.regions)
    Z, x = table.Z.values.reshape(n, n), table.x.values.ravel()
    per = np.divide(1.0, x, out=np.zeros(n), where=x > 0)
    inverse = np.linalg.inv(np.eye(n) - Z * per)
    final = table.Y.values.reshape(n, R, -1).sum(axis=2)
    F = table.F.values.reshape(n)
    E = ((F * per)[:, None] * (inverse @ final)).reshape(R, -1, R).sum(axis=1) / 1e6  # kt to Gt
    abroad = E.sum() - np.trace(E)
    direct = table.F_Y.values.sum() / 1e6
    close = {"rel": 1e-6}  # an inverse against a solve, and 0.2 kt on sectors without output
    assert compute("traded", datasets["world"], {"year": 2004}, "Gt").value == pytest.approx(abroad, **close)
    share = compute("traded-share", datasets["world"], {"year": 2004}).value
    assert share == pytest.approx(100 * abroad / (F.sum() / 1e6 + direct), **close)
    at = table.regions.index("CHN")
    gap = compute("gap", datasets["world"], {"of": "CHN", "year": 2004}, "Gt").value
    assert gap == pytest.approx(E[at].sum() - E[:, at].sum(), **close)
    both = [
        compute("gap", datasets["world"], {"of": of, "group": "oecd", "year": 2004}, "Gt")
        for of in ("OECD", "non-OECD")
    ]
    assert both[0].value == pytest.approx(-both[1].value, rel=1e-6)  # what one owes, the other is owed
    assert "Rest of world" in both[1].note["en"]


def test_export_intensity_says_what_it_has_of_a_span(datasets):
    said = reason("export-intensity-change", datasets, "world", "%", of="CHN", years=[1990, 2019])
    part = compute("export-intensity-change", datasets["world"], {"of": "CHN", "years": [1995, 2009]})
    assert "no data of 1990-2019, but of 1995-2009. From 1995 to 2009 it gives " in said
    assert f"it gives {part.value:.3g} %" in said
    assert part.low is not None
    assert part.high is not None
    assert part.low <= part.value <= part.high < 0


# -- series, standards, products --------------------------------------------------------------------------------------


def test_growth_of_electricity_by_hand(datasets):
    """Sums of Ember's eight fuels of China, TWh, 2015 and 2022."""
    first = 4046.17 + 54.07 + 166.91 + 1114.52 + 171.38 + 36.46 + 39.48 + 185.59
    last = 5414.72 + 182.6 + 275.62 + 1298.12 + 417.78 + 69.93 + 427.27 + 762.67
    found = compute("growth", datasets["reference"], {"series": "electricity", "of": "CHN", "years": [2015, 2022]})
    assert found.value == pytest.approx(100 * (last / first - 1), rel=1e-12)
    assert "Ember" in found.source


def test_growth_over_a_part_of_a_span_and_of_nowhere(datasets):
    said = reason("growth", datasets, "reference", "%", series="electricity", of="CHN", years=[1990, 2022])
    assert "it does not have electricity, CHN, 1990-2022. From 2000 to 2022 it gives 553 %." in said
    assert "it does not have gdp_current, TWN" in reason(
        "growth", datasets, "reference", "%", series="gdp_current", of="TWN", years=[2015, 2022]
    )


def test_limits_of_kilns_by_hand(datasets):
    """50 to 30 and 20, 200 to 200 and 100, 800 to 400 and 320 mg/m3 (GB 4915-2004 and 2013)."""
    asked = {
        "substances": ["PM", "SO2", "NOx"],
        "dates": [pd.Timestamp(2013, 1, 1).date(), pd.Timestamp(2020, 1, 1).date()],
    }
    found = compute("limit-change", datasets["norms"], asked | {"subject": "kiln", "areas": ["", "key areas"]})
    falls = [40, 60, 0, 50, 50, 60]
    assert (found.value, found.low, found.high) == (pytest.approx(sum(falls) / 6), 0, pytest.approx(60))
    assert found.source == "GB 4915-2004; GB 4915-2013"
    assert "it does not have Hg, kiln" in reason(
        "limit-change", datasets, "norms", "%", **asked | {"substances": ["Hg"], "subject": "kiln"}
    )


def test_net_transfers_of_products_by_hand(datasets):
    """(66.9 - 14.3) Mt of steel at 1.91 t per t, the world's average of 2021."""
    steel = compute("product-net", datasets["product-cases"], {"product": "steel", "year": 2021}, "Mt")
    assert steel.value == pytest.approx((66.9 - 14.3) * 1.91, rel=1e-9)
    assert steel.low == steel.value  # the least of the sets is the world's average
    assert steel.high == pytest.approx(66.9 * 3.186893 - 14.3 * (2.1 + 2.118476 + 2.309553) / 3, rel=1e-6)
    assert "it does not have cars" in reason("product-net", datasets, "product-cases", product="cars", year=2021)
    assert "no data of 2020, but of 2021" in reason(
        "product-net", datasets, "product-cases", product="steel", year=2020
    )
