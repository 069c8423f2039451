"""UN Comtrade, on files made at its layouts: the columns of the API, and those of the web page before 2023."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tanheng.data import archive
from tanheng.data.findings import said
from tanheng.data.trade import read_trade
from tanheng.data.trades import comtrade
from tanheng.errors import InputError
from tanheng.systems.origins import trace_origins
from tanheng.systems.trade import TradeFlows
from tanheng.systems.trade_steps import estimate_weights, map_products, reconcile

HEAD = (
    "typeCode,freqCode,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,partnerCode,partnerISO,"
    "partner2Code,classificationCode,cmdCode,customsCode,motCode,mosCode,qtyUnitAbbr,qty,netWgt,isNetWgtEstimated,"
    "primaryValue"
)
LEGACY = (
    "Classification,Year,Period,Trade Flow Code,Trade Flow,Reporter Code,Reporter,Reporter ISO,Partner Code,Partner,"
    "Partner ISO,Commodity Code,Qty Unit,Qty,Netweight (kg),Trade Value (US$),Flag"
)
BASE = {
    "typeCode": "C", "freqCode": "A", "refYear": "2021", "refMonth": "52", "period": "2021", "reporterCode": "156",
    "reporterISO": "CHN", "reporterDesc": '"China, mainland"', "flowCode": "X", "partnerCode": "410",
    "partnerISO": "KOR", "partner2Code": "0", "classificationCode": "H5", "cmdCode": "720839", "customsCode": "C00",
    "motCode": "0", "mosCode": "0", "qtyUnitAbbr": "kg", "qty": "1000", "netWgt": "1000",
    "isNetWgtEstimated": "False", "primaryValue": "900",
}  # fmt: skip
KOREA = {"reporterISO": "KOR", "reporterCode": "410", "partnerISO": "CHN", "partnerCode": "156", "flowCode": "M"}


def line(**changes: str) -> str:
    return ",".join((BASE | changes)[name] for name in HEAD.split(","))


def read(tmp_path: Path, *lines: str, head: str = HEAD) -> TradeFlows:
    path = tmp_path / "comtrade.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return read_trade(path)


def rows(flows: TradeFlows, *columns: str) -> list[list[object]]:
    return flows.frame[list(columns)].values.tolist()


def checks(flows: TradeFlows) -> dict[str, dict[str, object]]:
    return {finding.check: dict(finding.values) for finding in flows.findings}


def test_both_sides_reports_become_flows_from_origin_to_destination(tmp_path: Path) -> None:
    flows = read(tmp_path, line(), line(**KOREA, netWgt="1100", primaryValue="990"))
    assert rows(
        flows, "year", "product", "origin", "destination", "reporter", "quantity", "unit", "value", "currency"
    ) == [
        [2021, "720839", "CHN", "KOR", "exporter", 1000.0, "kg", 900.0, "USD"],
        [2021, "720839", "CHN", "KOR", "importer", 1100.0, "kg", 990.0, "USD"],
    ]
    assert flows.about.version == "H5"
    assert flows.findings == ()


def test_world_unions_and_totals_are_left_out(tmp_path: Path) -> None:
    world = line(partnerISO="W00", partnerCode="0")
    union = line(partnerISO="EUR", partnerCode="97")
    flows = read(tmp_path, line(), world, union, line(cmdCode="TOTAL"), line(flowCode="RM"))
    assert len(flows.frame) == 1
    assert {check: values["count"] for check, values in checks(flows).items()} == {
        "trade-left-out-unions": 3,
        "trade-left-out-kinds": 1,
    }


def test_details_that_a_total_holds_are_left_out(tmp_path: Path) -> None:
    sea, air = line(motCode="2100", netWgt="600"), line(motCode="1000", netWgt="400")
    other = line(partnerISO="VNM", motCode="2100", netWgt="5"), line(partnerISO="VNM", motCode="1000", netWgt="2")
    flows = read(tmp_path, line(), sea, air, *other, line(partner2Code="344", netWgt="100"))
    assert rows(flows, "destination", "quantity") == [["KOR", 1000], ["VNM", 7]]  # Viet Nam has details alone


def test_months_are_added_up_where_there_is_no_year(tmp_path: Path) -> None:
    month = {"freqCode": "M"}
    flows = read(
        tmp_path,
        *(line(**month, period=f"2021{m:02d}", refMonth=str(m), netWgt="10", primaryValue="1") for m in range(1, 12)),
        line(partnerISO="VNM"),
        line(**month, partnerISO="VNM", period="202101", refMonth="1"),
    )
    assert rows(flows, "destination", "quantity", "value") == [["KOR", 110, 11], ["VNM", 1000, 900]]
    assert checks(flows)["trade-months"] == {"year": 2021, "months": 11}


def test_a_weight_of_nothing_is_missing_unless_the_quantity_is_in_kg(tmp_path: Path) -> None:
    flows = read(
        tmp_path,
        line(netWgt="0", qty="800"),
        line(partnerISO="VNM", netWgt="", qtyUnitAbbr="u", qty="7"),
        line(partnerISO="JPN", netWgt="0", qty="0", primaryValue="0"),
        line(partnerISO="DEU", netWgt="-1", qty="-1"),
    )
    np.testing.assert_array_equal(flows.frame["quantity"], [800, np.nan, 0, np.nan])
    assert checks(flows)["trade-no-weight"]["count"] == 2


def test_a_commodity_without_weights_has_its_own_unit(tmp_path: Path) -> None:
    power = {"cmdCode": "271600", "netWgt": "0", "qtyUnitAbbr": "1000 kWh"}
    flows = read(tmp_path, line(), line(**power, qty="50"), line(**power, partnerISO="VNM", qty="20"))
    assert flows.units == {"720839": "kg", "271600": "MWh"}
    assert flows.frame["quantity"].tolist() == [1000, 50, 20]


def test_reexports_stand_beside_the_exports_that_hold_them(tmp_path: Path) -> None:
    hub = {"reporterISO": "NLD", "reporterCode": "528"}
    flows = read(
        tmp_path,
        line(),
        line(**hub, partnerISO="DEU", netWgt="80"),
        line(**hub, partnerISO="DEU", flowCode="RX", netWgt="60"),
        line(**hub, partnerISO="FRA", netWgt="10"),
        line(**hub, partnerISO="BEL", flowCode="RX", netWgt="5"),
    )
    passed = dict(zip(flows.frame["destination"], flows.frame["reexported"], strict=True))
    assert passed["DEU"] == 60
    assert passed["FRA"] == 0  # the Netherlands tell re-exports, and none to France
    assert np.isnan(passed["KOR"])  # China tells none at all
    assert checks(flows)["trade-left-out-reexports"]["count"] == 1  # to Belgium, without exports


def test_estimates_of_the_source_are_noted_and_counted(tmp_path: Path) -> None:
    flows = read(tmp_path, line(netWgt="300"), line(partnerISO="VNM", netWgt="100", isNetWgtEstimated="True"))
    assert flows.frame["note"].tolist() == ["", "estimated by the source"]
    assert checks(flows)["trade-source-estimates"]["share"] == 0.25


def test_countries_by_number_where_codes_lack_and_other_asia_is_read_as_taiwan(tmp_path: Path) -> None:
    flows = read(
        tmp_path,
        line(reporterISO="", partnerISO="", partnerCode="842"),
        line(partnerISO="S19", partnerCode="490"),
        line(partnerISO="_X", partnerCode="899"),
    )
    assert flows.frame["destination"].tolist() == ["USA", "TWN", "_X"]
    assert checks(flows)["trade-other-asia"]["code"] == "S19"
    assert checks(flows)["trade-places"]["names"] == "_X"


def test_codes_that_hold_each_other_are_noted(tmp_path: Path) -> None:
    flows = read(tmp_path, line(), line(cmdCode="7208"))
    assert checks(flows)["trade-nested"]["names"] == "7208 (720839)"


def test_the_layout_of_the_web_page_before_2023(tmp_path: Path) -> None:
    before = [
        "H5,2019,2019,2,Export,156,China,CHN,410,Rep. of Korea,KOR,720839,Weight in kilograms,5,5,4,0",
        "H5,2019,2019,1,Import,410,Rep. of Korea,KOR,156,China,CHN,720839,Weight in kilograms,6,6,5,6",
        "H5,2019,2019,3,Re-Export,156,China,CHN,410,Rep. of Korea,KOR,720839,Weight in kilograms,1,1,1,0",
        "H5,2019,2019,2,Export,156,China,CHN,0,World,WLD,720839,Weight in kilograms,99,99,99,0",
    ]
    flows = read(tmp_path, *before, head=LEGACY)
    assert rows(flows, "reporter", "quantity", "note") == [
        ["exporter", 5.0, ""], ["importer", 6.0, "estimated by the source"],
    ]  # fmt: skip
    assert flows.frame["reexported"].iloc[0] == 1


def test_lines_that_end_with_a_separator_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, line() + ",", line(partnerISO="VNM") + ",").frame["destination"].tolist() == ["KOR", "VNM"]


def test_years_and_products_are_chosen_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "comtrade.csv"
    lines = [line(), line(refYear="2020", period="2020"), line(cmdCode="854140")]
    path.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    assert len(read_trade(path, years=2021).frame) == 2
    assert read_trade(path, products="72").products == ("720839",)
    assert read_trade(path, products=["854140"], years=[2020, 2021]).products == ("854140",)
    with pytest.raises(InputError, match="holds no trade of 1999 in 72"):
        read_trade(path, years=1999, products="72")


def test_broken_files_are_one_line_each(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"comtrade.csv line 3: 'many' is not a number"):
        read(tmp_path, line(), line(netWgt="many"))
    with pytest.raises(InputError, match=r"comtrade.csv line 3: has 3 cells where the header has 22"):
        read(tmp_path, line(), "C,A,2021")
    with pytest.raises(InputError, match=r"comtrade.csv: has no lines"):
        read(tmp_path)
    with pytest.raises(InputError, match="value is -5"):
        read(tmp_path, line(primaryValue="-5"))
    short = ",".join(name for name in HEAD.split(",") if name != "netWgt")
    with pytest.raises(InputError, match=r"line 1: has no column netWgt or Netweight \(kg\)"):
        read(tmp_path, line(), head=short)
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="holds no file of UN Comtrade"):
        comtrade.read(archive.open(path))


def test_all_that_was_found_can_be_said_in_both_languages(tmp_path: Path) -> None:
    flows = read(
        tmp_path,
        *(
            line(),
            line(**KOREA),
            line(cmdCode="7208"),
            line(partnerISO="S19", netWgt="0", qty="0"),
            line(partnerISO="_X"),
        ),
        *(line(partnerISO="W00"), line(flowCode="RX", netWgt="5", isNetWgtEstimated="True")),
        line(partnerISO="JPN", freqCode="M", period="202101"),
    )
    flows = estimate_weights(reconcile(flows, "mean"))
    flows = trace_origins(map_products(flows, {"720839": "steel"}, others="drop"), shares={"CHN": 0.0})
    assert {finding.check for finding in flows.findings} == {
        "trade-left-out-unions", "trade-months", "trade-places", "trade-other-asia", "trade-no-weight",
        "trade-source-estimates", "trade-nested", "trade-mirrors", "trade-estimated", "trade-dropped", "trade-traced",
    }  # fmt: skip
    for finding in flows.findings:
        assert said(finding, "en") == (finding.what, finding.hint)
        assert not re.search(r"[a-z]{2,} [a-z]{2,}", said(finding, "zh")[0])  # no words of English among the values
