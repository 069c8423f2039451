"""Reference series: every number with its unit and source; absent is absent."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from tanheng.data import reference
from tanheng.data.readers.world import FOLDER, manifest
from tanheng.errors import MissingError, QuestionError


def test_the_manifest_holds():
    for name, declared in reference.about()["files"].items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == declared


def test_every_number_has_a_unit_and_a_source_with_a_licence():
    frame, about = reference.reference(), reference.about()
    assert set(frame["series"]) == set(about["series"]) == set(frame.attrs["units"])
    assert set(frame["source"]) == set(about["sources"]) == set(reference.ORDER)
    assert all(source["licence"] for source in about["sources"].values())
    assert frame["value"].notna().all()
    assert not frame.duplicated(["series", "region", "year", "source"]).any()


def test_regions_are_countries_alone():
    assert reference.reference()["region"].str.fullmatch("[A-Z]{3}").all()
    assert not {"WLD", "OED", "HIC", "ANT"} & set(reference.reference()["region"])


@pytest.mark.parametrize(
    ("name", "region", "year", "value"),
    [
        ("territorial_co2", "CHN", 2009, 7719),  # Mt CO2, Global Carbon Budget
        ("territorial_co2", "USA", 1990, 5121),
        ("population", "IND", 2000, 1.06e9),
        ("gdp_current", "USA", 2008, 14.77e12),
        ("gdp_constant", "USA", 2015, 18.2e12),
        ("electricity", "CHN", 2015, 5815),  # TWh, China Statistical Yearbook
        ("electricity", "CHN", 2022, 8849),
    ],
)
def test_magnitudes(name, region, year, value):
    assert reference.series(name).sel(region=region, year=year).item() == pytest.approx(value, rel=0.03)


def test_vintages_are_not_spliced_silently():
    newest = reference.series("consumption_co2")
    china = newest.sel(region="CHN")
    assert china.sel(year=2003).source.item() == "gcb-to-2018"
    assert china.sel(year=2004).source.item() == "gcb-2004-2023"
    assert "gcb-to-2018" in newest.attrs["sources"]
    whole = reference.series("consumption_co2", source="gcb-to-2018")
    assert set(np.unique(whole.source.values)) <= {"gcb-to-2018", ""}
    assert whole.sel(region="CHN", year=2010).item() != china.sel(year=2010).item()


def test_how_far_the_vintages_lie_apart_is_declared():
    for found in reference.about()["vintages"].values():
        assert 0 < found["median"] < found["percentile_95"]
        assert found["sum_of_countries"] <= 0.01


def test_taiwan_has_people_and_no_deflator():
    assert reference.population(2009).sel(region="TWN").item() == pytest.approx(23.1e6, rel=0.02)
    assert "TWN" not in reference.deflators(2009).indexes["region"]


def test_deflators_are_one_at_their_base():
    assert (reference.deflators(2005, base=2005) == 1).all()
    later = reference.deflators(2009, base=2005)
    assert later.attrs["base"] == 2005
    assert later.sel(region="USA").item() == pytest.approx(98.793384 / 90.877574, rel=1e-6)
    assert later.sel(region="CHN").item() == pytest.approx(93.377029 / 65.017145, rel=1e-6)


def test_deflators_cover_all_regions_of_the_world_but_two():
    for year in (1995, 2009):
        assert set(manifest(FOLDER).regions) - set(reference.deflators(year).indexes["region"]) == {"TWN", "ROW"}


def test_electricity_is_the_sum_of_the_fuels_of_its_source(shared):
    raw = pd.read_csv(shared / "electricity" / "ember_generation_twh_iso3_2000-2025.csv")
    sums = raw[raw["Year"] <= 2022].groupby(["ISO3", "Year"])["Value"].sum()
    ours = reference.series("electricity").to_series().dropna()
    assert set(ours.index) == set(sums.index)
    np.testing.assert_allclose(ours, sums.loc[ours.index], rtol=1e-12)  # sums in another order


def test_wrong_questions():
    with pytest.raises(QuestionError, match="did you mean population"):
        reference.series("popluation")
    with pytest.raises(QuestionError, match="no source 'wb'"):
        reference.series("territorial_co2", source="wb")
    with pytest.raises(MissingError, match="population has no year 1950; it covers 1990 to 2022"):
        reference.population(1950)
    with pytest.raises(MissingError, match="deflator has no year 2020; it covers 1990 to 2016"):
        reference.deflators(2020)
