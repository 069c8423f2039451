"""From reported trade to the trade that is asked about: mirrors, weights, products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.errors import LabelError, MissingError, QuestionError, UnitError
from tanheng.systems.trade import TradeFlows
from tanheng.systems.trade_steps import RULES, estimate_weights, map_products, reconcile

ROW = {"year": 2021, "product": "steel", "origin": "CHN", "destination": "KOR", "unit": "t", "currency": "USD"}
EXPORTER = ROW | {"reporter": "exporter", "quantity": 90.0, "value": 900.0}
IMPORTER = ROW | {"reporter": "importer", "quantity": 100.0, "value": 1060.0}


def mirrored(*more: dict[str, object]) -> TradeFlows:
    return TradeFlows.of([EXPORTER, IMPORTER, *more])


# -- mirror flows -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "quantity", "reporter", "note"),
    [
        ("exporter", 90, "exporter", ""),
        ("importer", 100, "importer", ""),
        ("mean", 95, "", "mirror: mean"),
        ("larger", 100, "importer", ""),
    ],
)
def test_a_rule_makes_one_row_of_two(rule: str, quantity: float, reporter: str, note: str) -> None:
    row = reconcile(mirrored(), rule).frame.iloc[0]
    assert (row["quantity"], row["reporter"], row["note"]) == (quantity, reporter, note)


def test_weights_are_a_share_of_the_exporter_or_trust_in_each_country() -> None:
    assert reconcile(mirrored(), "weighted", weights=0.75).frame["quantity"].item() == 92.5
    trusted = reconcile(mirrored(), "weighted", weights={"CHN": 1, "KOR": 4})  # one fifth of 90, four of 100
    assert trusted.frame["quantity"].item() == 98
    assert trusted.frame["note"].item() == "mirror: weighted"


def test_importers_values_lose_the_stated_margin() -> None:
    """1060 c.i.f. with 6 % is 1000 f.o.b."""
    assert reconcile(mirrored(), "importer", cif_margin=0.06).frame["value"].item() == pytest.approx(1000, rel=1e-15)
    assert reconcile(mirrored(), "mean", cif_margin=0.06).frame["value"].item() == pytest.approx(950, rel=1e-15)
    assert reconcile(mirrored(), "mean").frame["value"].item() == 900  # without a margin the f.o.b. value is kept


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "weighted"])
def test_what_one_side_alone_reports_is_kept_under_every_rule(rule: str) -> None:
    alone = IMPORTER | {"origin": "RUS", "quantity": 7.0}
    unweighed = [EXPORTER | {"origin": "VNM", "quantity": None}, IMPORTER | {"origin": "VNM", "quantity": 5.0}]
    frame = reconcile(mirrored(alone, *unweighed), rule).frame.set_index("origin")
    assert frame.loc["RUS", ["quantity", "reporter"]].tolist() == [7, "importer"]
    assert frame.loc["VNM", ["quantity", "reporter"]].tolist() == [5, "importer"]


def test_it_is_said_how_far_the_mirrors_are_apart() -> None:
    far = [EXPORTER | {"origin": "VNM", "quantity": 10.0}, IMPORTER | {"origin": "VNM", "quantity": 40.0}]
    alone = IMPORTER | {"origin": "RUS"}
    finding = reconcile(mirrored(*far, alone), "mean", cif_margin=0.1).findings[-1]
    assert finding.check == "trade-mirrors"
    facts = {"rule": "mean", "pairs": 2, "alone": 1, "far": 1, "margin": "10.0%"}
    assert {name: finding.values[name] for name in facts} == facts
    assert finding.size == pytest.approx((0.1 + 0.75) / 2)  # the median of 1 - 90/100 and 1 - 10/40


def test_reports_of_nobody_in_particular_pass() -> None:
    trade = mirrored(ROW | {"origin": "DEU", "quantity": 3.0, "value": None})
    assert sorted(reconcile(trade, "mean").frame["quantity"]) == [3, 95]


@settings(max_examples=10)  # each tries every rule, through pandas
@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6), st.floats(0, 1))
def test_every_rule_stays_between_the_two_reports(x: float, m: float, weight: float) -> None:
    trade = TradeFlows.of([EXPORTER | {"quantity": x}, IMPORTER | {"quantity": m}])
    for rule in RULES:
        given_weight = weight if rule == "weighted" else None
        quantity = reconcile(trade, rule, weights=given_weight).frame["quantity"].item()
        assert min(x, m) * (1 - 1e-12) <= quantity <= max(x, m) * (1 + 1e-12)  # rounding of a weighted mean


def test_wrong_questions_about_mirrors() -> None:
    with pytest.raises(QuestionError, match="no rule 'average'"):
        reconcile(mirrored(), "average")
    with pytest.raises(QuestionError, match="weights and the rule do not fit"):
        reconcile(mirrored(), "weighted")
    with pytest.raises(QuestionError, match="a weight of 2"):
        reconcile(mirrored(), "weighted", weights=2)
    with pytest.raises(MissingError, match="there is no weight of KOR"):
        reconcile(mirrored(), "weighted", weights={"CHN": 1})
    with pytest.raises(QuestionError, match=r"a c.i.f. margin of 6; it is a share"):
        reconcile(mirrored(), "mean", cif_margin=6)


# -- weights ----------------------------------------------------------------------------------------------------------


def priced(*prices: float, **more: object) -> list[dict[str, object]]:
    """A tonne of steel each at these prices, to different places."""
    rows = enumerate(prices)
    return [ROW | {"destination": f"D{more.get('origin', '')}{i}", "quantity": 1.0, "value": p} | more for i, p in rows]


def test_a_missing_weight_is_its_value_by_the_median_unit_value() -> None:
    """Prices 400, 500, 900: 2000 USD are 4 t at the median of 500, not 3.3 t at the mean of 600."""
    trade = TradeFlows.of([*priced(400, 500, 900), ROW | {"quantity": None, "value": 2000.0}])
    row = estimate_weights(trade).frame.iloc[-1]
    assert (row["quantity"], row["note"]) == (4.0, "estimated: unit value")


def test_the_nearest_group_with_enough_flows_counts() -> None:
    rows = [*priced(400, 500, 900), *priced(100, 100, origin="VNM"), *priced(7, 7, 7, 7, 7, year=2019)]
    missing = [ROW | {"origin": "VNM", "quantity": None, "value": 1000.0}]
    trade = TradeFlows.of([*rows, *missing])
    assert estimate_weights(trade).frame["quantity"].iloc[-1] == 2.5  # two flows are too few: the year's median, 400
    assert estimate_weights(trade, least=2).frame["quantity"].iloc[-1] == 10  # Viet Nam's own
    assert estimate_weights(trade, by=()).frame["quantity"].iloc[-1] == 1000 / 53.5  # of all ten: (7 + 100) / 2


def test_currencies_do_not_mix() -> None:
    euro = [ROW | {"destination": "DEU", "currency": "EUR", "quantity": None, "value": 10.0}]
    trade = TradeFlows.of([*priced(500), *euro])
    done = estimate_weights(trade)
    assert np.isnan(done.frame["quantity"].iloc[-1])
    assert done.findings[-1].check == "trade-unestimated"


def test_estimates_are_counted_with_their_share_of_the_value() -> None:
    thousand = ROW | {"destination": "DEU", "currency": "thousand USD", "quantity": 1.0, "value": 0.5}
    gone = ROW | {"destination": "JPN", "quantity": None, "value": None}
    rows = [*priced(500), thousand, ROW | {"quantity": None, "value": 1000.0}, gone]
    estimated, left = estimate_weights(TradeFlows.of(rows)).findings
    assert (estimated.values["count"], estimated.values["rows"], estimated.values["shares"]) == (1, 4, "USD 50.0%")
    assert estimated.size == 0.5  # 1000 of 2000 US dollars
    assert (left.check, left.values["count"]) == ("trade-unestimated", 1)


def test_reported_weights_stay_as_they_are() -> None:
    trade = TradeFlows.of(priced(400, 500, 900))
    done = estimate_weights(trade)
    assert done.frame.equals(trade.frame)
    assert done.findings == ()
    with pytest.raises(QuestionError, match="not by 'partner'"):
        estimate_weights(trade, by=("partner",))


# -- products ---------------------------------------------------------------------------------------------------------


def coded(*codes: str, **more: object) -> TradeFlows:
    return TradeFlows.of(
        [ROW | {"product": code, "quantity": float(i + 1), "value": 10.0} | more for i, code in enumerate(codes)]
    )


def test_the_longest_beginning_of_a_code_decides() -> None:
    done = map_products(coded("720839", "720851", "721049"), {"72": "steel", "7210": "coated steel"})
    assert done.frame.set_index("product")["quantity"].to_dict() == {"steel": 3, "coated steel": 3}
    assert done.frame.set_index("product")["value"].to_dict() == {"steel": 20, "coated steel": 10}


def test_units_and_currencies_are_converted_where_rows_meet() -> None:
    rows = [
        ROW | {"product": "a", "quantity": 1.0, "unit": "t", "value": 5.0},
        ROW | {"product": "b", "quantity": 500.0, "unit": "kg", "value": 1.0, "currency": "thousand USD"},
        ROW | {"product": "c", "quantity": 500.0, "unit": "kg", "value": None, "currency": ""},
    ]
    row = map_products(TradeFlows.of(rows[:2]), {"a": "s", "b": "s"}).frame.iloc[0]
    assert (row["quantity"], row["unit"], row["value"], row["currency"]) == (1.5, "t", 1005, "USD")
    every = map_products(TradeFlows.of(rows), dict.fromkeys("abc", "s")).frame.iloc[0]
    assert every["quantity"] == 2
    assert np.isnan(every["value"])  # one of three is not known


def test_a_sum_with_a_missing_quantity_is_missing() -> None:
    rows = [ROW | {"product": "7208", "quantity": 1.0}, ROW | {"product": "7209", "quantity": None}]
    assert np.isnan(map_products(TradeFlows.of(rows), {"72": "steel"}).frame["quantity"].item())


def test_notes_are_joined_estimates_first() -> None:
    rows = [
        ROW | {"product": "7208", "quantity": 1.0, "note": "mirror: mean"},
        ROW | {"product": "7209", "quantity": 1.0, "note": "estimated: unit value"},
    ]
    note = map_products(TradeFlows.of(rows), {"72": "steel"}).frame["note"].item()
    assert note == "estimated: unit value; mirror: mean"


def test_products_that_lead_nowhere() -> None:
    trade = coded("7208", "9999")
    with pytest.raises(LabelError, match="product 9999 leads nowhere; map it"):
        map_products(trade, {"72": "steel"})
    dropped = map_products(trade, {"72": "steel"}, others="drop")
    assert dropped.products == ("steel",)
    assert dropped.findings[-1].values["shares"] == "USD 50.0%"
    assert map_products(trade, {"72": "steel"}, others="keep").products == ("steel", "9999")


def test_unlike_units_do_not_meet() -> None:
    rows = [ROW | {"product": "a", "quantity": 1.0}, ROW | {"product": "b", "quantity": 1.0, "unit": "MW"}]
    with pytest.raises(UnitError, match="would be added up"):
        map_products(TradeFlows.of(rows), {"a": "s", "b": "s"})
