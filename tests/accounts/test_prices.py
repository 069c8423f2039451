"""What comparing two years needs: prices of one year, and people."""

import dataclasses

import pytest
from tables import random_table

from tanheng.accounts.prices import constant_prices, populations, require_comparable
from tanheng.data import reference
from tanheng.errors import LabelError, MissingError, QuestionError, UnitError


def table(year=2009, basis="current basic prices", regions=("CHN", "USA", "ROW"), seed=1, **about):
    one = random_table(seed, R=len(regions), S=2, regions=list(regions))
    return one.replace(about=dataclasses.replace(one.about, year=year, price_basis=basis, **about))


def test_constant_prices_use_each_countrys_own_deflator():
    before, after = table(), constant_prices(table(), 2005)
    known = reference.deflators(2009, 2005)
    for region in ("CHN", "USA"):
        ratio = before.x.sel(region=region).values / after.x.sel(region=region).values
        assert ratio == pytest.approx(known.sel(region=region).item(), rel=1e-12)  # one division
    assert after.about.price_basis == "constant prices of 2005"


def test_the_rest_of_the_world_has_the_deflator_of_all_other_countries():
    after = constant_prices(table(), 2005)
    found = (table().x.sel(region="ROW") / after.x.sel(region="ROW")).values
    gdp = reference.series("gdp_current").sel(year=2009).dropna("region").to_series()
    known = reference.deflators(2009, 2005).to_series()
    there = [code for code in known.index if code in gdp.index and code not in ("CHN", "USA")]
    assert found == pytest.approx(gdp[there].sum() / (gdp[there] / known[there]).sum(), rel=1e-9)  # sums of 200


def test_a_region_without_a_deflator_has_the_mean_of_the_others_and_is_named():
    current = table(regions=("CHN", "TWN", "USA"))
    after = constant_prices(current, 2005)
    assert "the mean of the others for TWN" in after.about.version
    others = [current.x.sel(region=r).sum().item() for r in ("CHN", "USA")]
    real = [after.x.sel(region=r).sum().item() for r in ("CHN", "USA")]
    mean = (current.x.sel(region="TWN") / after.x.sel(region="TWN")).values
    assert mean == pytest.approx(sum(others) / sum(real), rel=1e-12)  # a few roundings
    with pytest.raises(MissingError, match="no region has a deflator"):
        constant_prices(table(regions=("one", "two", "three")))


def test_people_of_countries_and_of_the_rest():
    old, new = populations(table(1995), table(2009))
    people = [reference.population(year) for year in (1995, 2009)]
    assert old[0] == people[0].sel(region="CHN").item()
    assert new[1] == people[1].sel(region="USA").item()
    # the rest is the world's less theirs; Wallis and Futuna and the Vatican lack a number, 15 thousand people in all
    assert new.sum() == pytest.approx(people[1].sum().item(), abs=2e4)
    assert 5.6e9 < old.sum() < 5.8e9  # the world's population in 1995, United Nations


def test_people_of_unknown_regions_are_refused():
    with pytest.raises(MissingError, match="the population of WA is not known; leave out the factor population"):
        populations(*(table(year, regions=("CHN", "WA")) for year in (1995, 2009)))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("constant prices of 2005", "constant prices of 2005", "constant prices of 2005"),
        ("current basic prices", "basic prices of 2008 (previous year)", "constant prices of 2008"),
        ("basic prices, constant 2010", "constant prices of 2010", "constant prices of 2010"),
        ("constant prices, chained", "constant prices, chained", "constant prices, chained"),
    ],
)
def test_prices_of_one_year_are_taken(before, after, said):
    assert require_comparable(table(2008, before), table(2009, after), False) == said


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("current basic prices", "current basic prices"),
        ("not stated", "not stated"),
        ("constant prices of 2005", "constant prices of 2010"),
        ("current basic prices", "basic prices of 2007 (previous year)"),
    ],
)
def test_other_prices_are_refused_with_the_way_out(before, after):
    pair = table(2008, before), table(2009, after)
    with pytest.raises(QuestionError, match=r"would read as technology; .*--base 2005.*--current-prices"):
        require_comparable(*pair, False)
    assert require_comparable(*pair, True).startswith("not comparable")


def test_tables_that_do_not_match_are_refused():
    with pytest.raises(LabelError, match="region JPN is not known"):
        require_comparable(table(2008), table(2009, regions=("CHN", "JPN", "ROW")), True)
    with pytest.raises(UnitError, match="one table is in million USD, the other in million EUR"):
        require_comparable(table(2008), table(2009, currency="million EUR"), True)
