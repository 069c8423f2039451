"""The spread of an account over all tables that a split leaves possible."""

import numpy as np
import pytest
from tables import random_table

from tanheng.accounts import consumption, production, spread, spreads
from tanheng.accounts.hybrids.spread import spread_rows
from tanheng.errors import QuestionError
from tanheng.systems.disaggregate import UnknownShares

WEIGHTS = {"a": 0.3, "b": 0.7}
DIRTY = {"k0": {"a": 0.9, "b": 0.1}}


def unknown(seed=3, **more) -> UnknownShares:
    return UnknownShares(random_table(seed), "s1", WEIGHTS, **{"stressors": DIRTY, **more})


def test_values_add_up_and_lie_between_low_and_high():
    split = unknown()
    found = spread(split, draws=12, quantiles=(0, 1))
    total = production(split.base).sum("region")
    np.testing.assert_allclose(found.sum("region"), total, rtol=1e-9)  # the mean of draws that each add up
    assert (found["low"] <= found).all()
    assert (found <= found["high"]).all()
    k0 = found.sel(stressor="k0")
    assert (k0["high"] - k0["low"]).max() > 1e-3 * k0.max()
    assert found["low"].dims == found.dims == ("stressor", "region")


def test_it_is_the_mean_and_quantiles_of_the_draws():
    split = unknown()
    found = spread(split, "consumption", draws=5, seed=4)
    each = np.array([consumption(split.draw(number, 4)).values for number in range(5)])
    np.testing.assert_allclose(found.values, each.mean(axis=0))
    np.testing.assert_allclose(found["low"].values, np.quantile(each, 0.05, axis=0))
    np.testing.assert_allclose(found["high"].values, np.quantile(each, 0.95, axis=0))


@pytest.mark.parametrize(("quantiles", "end"), [((0.9, 1.0), "low"), ((0.0, 0.1), "high")])
def test_where_draws_are_skewed_the_bounds_are_widened_to_the_mean(quantiles, end):
    """The mean is below the largest of five draws and above the smallest, so one bound lies beyond it."""
    split = unknown()
    found = spread(split, draws=5, quantiles=quantiles)
    each = np.array([consumption(split.draw(number)).values for number in range(5)])
    ends = dict(zip(("low", "high"), np.quantile(each, quantiles, axis=0), strict=True))
    beyond = ends["low"] > found.values if end == "low" else ends["high"] < found.values
    assert beyond.any()
    np.testing.assert_array_equal(found[end].values[beyond], found.values[beyond])
    np.testing.assert_array_equal(found[end].values[~beyond], ends[end][~beyond])
    assert (found["low"] <= found).all()
    assert (found <= found["high"]).all()


def test_what_is_known_has_no_spread():
    split = unknown(unknown=())
    found = spread(split, draws=3)
    np.testing.assert_array_equal(found["low"], found["high"])
    np.testing.assert_allclose(found.values, consumption(split.given).values)
    alike = spread(unknown(stressors=None), "production", draws=3)  # emissions by region do not depend on sales
    np.testing.assert_allclose(alike["low"], alike["high"])


def test_what_no_draw_changes_lies_between_its_bounds_to_the_last_digit():
    split = unknown(stressors=None)
    found = spread(split, "production", "region,sector", draws=7, seed=4)
    kept = found.sel(sector=["s0", "s2"])  # a mean of seven equal numbers by their sum is off in the last digit
    np.testing.assert_array_equal(kept.values, split.draw(0, 4).F.sel(sector=["s0", "s2"]).values)
    assert (kept["low"] <= kept).all()
    assert (kept <= kept["high"]).all()


def test_what_it_says_of_itself():
    split = unknown()
    found = spread(split, "eebt", "region,to_region", draws=2, seed=7, stressor="k0")
    assert found.dims == ("stressor", "region", "to_region")
    facts = {"approach": "hybrid", "draws": 2, "seed": 7, "quantiles": "0.05 0.95", "unknown": "sales inputs block"}
    assert facts.items() <= found.attrs.items()
    assert found.attrs["base_hash"] == split.base.hash != found.attrs["table_hash"] == split.given.hash
    rows = spread_rows([found])
    assert list(rows.columns[-3:]) == ["value", "low", "high"]
    np.testing.assert_array_equal(rows["low"], found["low"].values.ravel())


def test_several_questions_over_the_same_draws():
    split = unknown()
    one, two = spreads(split, [consumption, production], draws=3)
    np.testing.assert_array_equal(one.values, spread(split, "consumption", draws=3).values)
    assert two.attrs["account"] == "production"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"draws": 1}, "1 draws have no spread"),
        ({"quantiles": (0.9, 0.1)}, "the quantiles are 0.9 and 0.1"),
        ({"account": "consumtion"}, "did you mean consumption"),
    ],
)
def test_refusals(more, says):
    with pytest.raises(QuestionError, match=says):
        spread(unknown(), **{"draws": 3, **more})
