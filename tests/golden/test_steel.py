"""The embedded steel case: China's net transfer of 2021 by each stated set of factors."""

import pytest

from tanheng.accounts.products.trade import product_balance
from tanheng.data import products
from tanheng.errors import MissingError
from tanheng.systems.trade import TradeFlows

CARBON = ("7208", "7209", "7210", "7212", "7213", "7215", "7216")  # headings with one default value for all their codes


@pytest.fixture(scope="module")
def steel():
    return products.open("steel")


def _net(steel, trade, fallback):
    found = product_balance(steel.factors, trade, 2021, by="region", fallback=fallback, unit="Gt")
    return found.sum("stressor").sel(region="CHN", component="net").item()


def _by_code(code, origin):
    row = {"year": 2021, "product": code, "unit": "Mt"}
    out = row | {"origin": "CHN", "destination": origin, "quantity": 66.9}
    return TradeFlows.of([out, row | {"origin": origin, "destination": "CHN", "quantity": 14.3}])


def test_at_the_world_average_it_is_near_a_tenth_of_a_gigatonne(steel):
    """(66.9 - 14.3) Mt x 1.91 = 100.5 Mt. The published figures are rounded: 0.1 Mt x 1.91 + 52.6 Mt x 0.005."""
    net = _net(steel, steel.trade, "world average")
    assert net == pytest.approx(0.1005, abs=0.0005)
    assert round(net, 2) == 0.10  # what was expected of it, to the digits it was given in


def test_without_asking_for_the_fallback_there_is_no_answer(steel):
    """No origin has a figure of its own for steel as a whole: the world's average never stands in in silence."""
    with pytest.raises(MissingError, match=r"has no production factor .* ask for fallback"):
        product_balance(steel.factors, steel.trade, 2021)


def test_default_values_give_half_as_much_again(steel):
    """By hand from the printed values: 7208 is 3.186893 from China and 4.048689 from others, 7209 3.205 and 4.1005."""
    nets = {code: _net(steel, _by_code(code, "ROW"), "other countries and territories") for code in CARBON}
    assert nets["7208"] == pytest.approx((66.9 * 3.186893 - 14.3 * 4.048689) / 1000, rel=1e-9)  # printed in full
    assert nets["7209"] == pytest.approx((66.9 * 3.205 - 14.3 * 4.1005) / 1000, rel=1e-9)
    assert (round(min(nets.values()), 3), round(max(nets.values()), 3)) == (0.155, 0.156)  # as docs/steel.md says


def test_with_the_default_values_of_china_s_suppliers_it_is_more(steel):
    """Japan, Korea and Taiwan have lower values than other countries and territories: 2.1 to 2.31 for 7208."""
    nets = [_net(steel, _by_code("7208", origin), None) for origin in ("JPN", "KOR", "TWN")]
    mean = (66.9 * 3.186893 - 14.3 * (2.1 + 2.118476 + 2.309553) / 3) / 1000
    assert sum(nets) / 3 == pytest.approx(mean, rel=1e-9)
    assert round(mean, 2) == 0.18  # as docs/steel.md says


def test_ore_and_scrap_are_apart(steel):
    """The routes of the World Steel Association: a tonne by blast furnace is more than three times one of scrap."""
    each = {
        name: TradeFlows.of(
            [{"year": 2021, "product": name, "origin": "CHN", "destination": "ROW", "quantity": 1, "unit": "Mt"}]
        )
        for name in ("steel, blast furnace", "steel, direct reduction", "steel, scrap")
    }
    found = [_net(steel, trade, "world average") for trade in each.values()]
    assert found == pytest.approx([0.00232, 0.00143, 0.00070])


def test_every_factor_says_where_it_comes_from(steel):
    frame = steel.factors.frame
    assert frame["source"].str.match(r"worldsteel|cbam").all()
    assert set(frame["stressor"]) == {"CO2", "CO2e direct", "CO2e indirect"}
    scrap = frame[(frame["product"] == "7208") & frame["source"].str.endswith(("E", "H"))]
    assert set(scrap["origin"]) == {"AZE", "MMR", "PHL", "THA", "UZB"}  # the five with scrap routes in the sheet
