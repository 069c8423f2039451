"""Re-exports traced: trade by who made the goods."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.errors import InputError, LabelError, MissingError, QuestionError
from tanheng.systems.origins import trace_origins
from tanheng.systems.trade import TradeFlows

ROW = {"year": 2021, "product": "module", "unit": "MW"}
PLACES = ("CHN", "DEU", "NLD", "USA", "VNM")


def trade(**quantities: float) -> TradeFlows:
    """Flows of {"CHN_NLD": quantity}."""
    rows = [
        ROW | dict(zip(("origin", "destination"), pair.split("_"), strict=True), quantity=q)
        for pair, q in quantities.items()
    ]
    return TradeFlows.of([row | {"value": 1.0, "currency": "USD"} for row in rows])


def by_pair(flows: TradeFlows) -> dict[str, float]:
    ends = flows.frame["origin"] + "_" + flows.frame["destination"]
    return dict(zip(ends, flows.frame["quantity"], strict=True))


HUB = trade(CHN_NLD=10, NLD_DEU=8, CHN_DEU=5)


def test_goods_through_a_hub_are_their_makers() -> None:
    """Half of the 8 that the Netherlands send on are Chinese: Germany has 5 + 4 of China, the Netherlands keep 6."""
    traced = trace_origins(HUB, shares={"NLD": 0.5})
    assert by_pair(traced) == pytest.approx({"CHN_NLD": 6, "NLD_DEU": 4, "CHN_DEU": 9})
    assert set(traced.frame["note"]) == {"re-export traced"}
    assert traced.frame["value"].isna().all()


def test_all_imports_count_a_hub_too() -> None:
    traced = trace_origins(HUB, shares={"NLD": 0.5}, imports="all")
    assert by_pair(traced) == pytest.approx({"CHN_NLD": 10, "NLD_DEU": 4, "CHN_DEU": 9})


def test_production_gives_the_shares() -> None:
    """The Netherlands make 2 and import 10: ten twelfths of their exports are Chinese."""
    traced = trace_origins(HUB, production={"CHN": 100, "NLD": 2, "DEU": 0})
    sent_on = 8 * 10 / 12
    assert by_pair(traced) == pytest.approx({"CHN_NLD": 10 - sent_on, "NLD_DEU": 8 - sent_on, "CHN_DEU": 5 + sent_on})


def test_the_source_may_tell_reexports_itself() -> None:
    rows = HUB.frame.assign(reexported=[0.0, 4.0, 0.0])
    assert by_pair(trace_origins(TradeFlows.of(rows))) == pytest.approx({"CHN_NLD": 6, "NLD_DEU": 4, "CHN_DEU": 9})
    over = HUB.frame.assign(reexported=[0.0, 9.0, 0.0])
    with pytest.raises(InputError, match="re-exports 9 are more than the exports 8: 2021, module, NLD to DEU"):
        trace_origins(TradeFlows.of(over))


def test_stated_shares_come_before_the_source_and_both_before_production() -> None:
    rows = HUB.frame.assign(reexported=[None, 4.0, None])
    flows = TradeFlows.of(rows)
    with pytest.raises(
        MissingError, match=r"1 exporters re-export .share of the trade.: CHN 65.2%; give its production"
    ):
        trace_origins(flows)  # 15 of 23
    both = trace_origins(flows, production={"CHN": 15, "NLD": 0, "DEU": 0})
    assert by_pair(both)["CHN_DEU"] == pytest.approx(9)
    stated = trace_origins(flows, production={"CHN": 15}, shares={"NLD": 0.25})
    assert by_pair(stated)["CHN_DEU"] == pytest.approx(7)


def test_frames_hold_numbers_by_product_and_year() -> None:
    two = TradeFlows.of(pd.concat([HUB.frame, HUB.frame.assign(year=2020)]))
    shares = pd.DataFrame({"origin": ["NLD", "NLD"], "share": [0.5, 0.0], "year": [2021, 2020]})
    traced = trace_origins(two, shares=shares)
    assert by_pair(traced.only(2021))["CHN_DEU"] == pytest.approx(9)
    assert by_pair(traced.only(2020)) == by_pair(HUB)
    made = pd.DataFrame({"origin": ["CHN", "NLD"], "quantity": [100, 2000.0], "unit": ["MW", "kW"]})
    assert by_pair(trace_origins(HUB, production=made))["NLD_DEU"] == pytest.approx(8 - 8 * 10 / 12)
    with pytest.raises(InputError, match="NLD has 2 numbers"):
        trace_origins(two, shares=shares.drop(columns="year"))


def test_goods_may_come_home() -> None:
    """China sends 10 to Hong Kong, which sends 4 of them back and keeps the rest."""
    traced = trace_origins(trade(CHN_HKG=10, HKG_CHN=4), shares={"HKG": 1.0})
    assert by_pair(traced) == pytest.approx({"CHN_HKG": 6, "CHN_CHN": 4})
    finding = traced.findings[-1]
    assert finding.values["share"] == pytest.approx(4 / 14)
    assert finding.values["home"] == pytest.approx(4 / 14)
    assert finding.values["hubs"] == "HKG"


def test_without_reexports_nothing_changes() -> None:
    traced = trace_origins(HUB, shares={})
    assert traced.frame.equals(HUB.frame)


@st.composite
def trades(draw: st.DrawFn) -> tuple[TradeFlows, dict[str, float]]:
    """Random trade, and production that covers it."""
    pairs = [f"{o}_{d}" for o in PLACES for d in PLACES if o != d]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    flows = trade(**{pair: draw(st.floats(0.1, 100)) for pair in chosen})
    exports = flows.frame.groupby("origin")["quantity"].sum()
    return flows, {place: float(exports.get(place, 0.0)) * draw(st.floats(1, 2)) + 1 for place in PLACES}


@settings(max_examples=15)  # each traces twice, through pandas
@given(trades())
def test_every_destinations_imports_and_every_makers_exports_are_conserved(
    case: tuple[TradeFlows, dict[str, float]],
) -> None:
    flows, production = case
    every, kept = (trace_origins(flows, production=production, imports=how) for how in ("all", "kept"))
    imports = flows.frame.groupby("destination")["quantity"].sum()
    exports = flows.frame.groupby("origin")["quantity"].sum()
    pd.testing.assert_series_equal(
        every.frame.groupby("destination")["quantity"].sum(),
        imports,
        rtol=1e-9,  # a solve of five equations
    )
    share = {p: imports.get(p, 0.0) / (production[p] + imports.get(p, 0.0)) for p in PLACES}
    made = kept.frame.groupby("origin")["quantity"].sum()
    left = kept.frame.groupby("destination")["quantity"].sum()
    for place in PLACES:
        out = exports.get(place, 0.0)
        assert made.get(place, 0.0) == pytest.approx(out * (1 - share[place]), rel=1e-9, abs=1e-9)
        assert left.get(place, 0.0) == pytest.approx(imports.get(place, 0.0) - out * share[place], rel=1e-9, abs=1e-9)


def test_wrong_questions_are_one_line() -> None:
    with pytest.raises(QuestionError, match="nothing says what is re-exported"):
        trace_origins(HUB)
    with pytest.raises(QuestionError, match="imports is 'most'"):
        trace_origins(HUB, shares={}, imports="most")
    with pytest.raises(MissingError, match=r"module 2021: it is not known what 1 exporters re-export .*: CHN 65.2%"):
        trace_origins(HUB, production={"NLD": 2})
    with pytest.raises(InputError, match="the re-export share of NLD is 5"):
        trace_origins(HUB, shares={"NLD": 5})
    with pytest.raises(InputError, match="module 2021, NLD: re-exports 8, more than its imports 2"):
        trace_origins(trade(CHN_NLD=2, NLD_DEU=8), shares={"NLD": 1})
    with pytest.raises(InputError, match="module 2021, CHN: exports 15, more than its production and imports 3"):
        trace_origins(HUB, production={"CHN": 3, "NLD": 0})
    with pytest.raises(MissingError, match="quantities are missing"):
        trace_origins(TradeFlows.of(HUB.frame.assign(quantity=None)), shares={})
    mirrors = [HUB.frame.assign(reporter="exporter"), HUB.frame.assign(reporter="importer")]
    with pytest.raises(LabelError, match="reconcile them first"):
        trace_origins(TradeFlows.of(pd.concat(mirrors)), shares={})
