"""Comext, on files made at the layouts of Eurostat's bulk files, old and new."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tanheng.data.trade import read_trade
from tanheng.errors import InputError
from tanheng.systems.trade import TradeFlows

NEW = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,PRODUCT_BEC5,"
    "PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT"
)
OLD = (
    "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_cpa2002,PRODUCT_cpa2008,"
    "PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_SECTION,FLOW,STAT_REGIME,SUPP_UNIT,PERIOD,VALUE_IN_EUROS,QUANTITY_IN_KG,"
    "SUP_QUANTITY"
)


def line(
    reporter: str = "DE", partner: str = "CN", flow: str = "1", period: str = "202101", kg: object = 100,
    eur: object = 50, product: str = "72083900", procedure: str = "1", trade_type: str = "E",
) -> str:  # fmt: skip
    kinds = f"{trade_type},{product},673,24,24,2,2,15,{flow},{procedure},NO_SU"
    return f"{reporter},{partner},{kinds},{period},{eur},{eur},{kg},0"


def read(tmp_path: Path, *lines: str, head: str = NEW) -> TradeFlows:
    path = tmp_path / "full_202101.dat"
    path.write_text("\n".join([head, *lines]) + "\n")
    return read_trade(path)


def left_out(flows: TradeFlows) -> list[object]:
    return [finding.values["count"] for finding in flows.findings if finding.check.startswith("trade-left-out")]


def test_months_and_procedures_add_up_by_side(tmp_path: Path) -> None:
    months = [f"2021{month:02d}" for month in range(1, 13)]
    flows = read(
        tmp_path,
        *(line(period=month) for month in months),
        line(procedure="2", kg=7, eur=1),
        line(flow="2", partner="US", kg=3, eur=4),
    )
    assert flows.frame[
        ["year", "product", "origin", "destination", "reporter", "quantity", "value"]
    ].values.tolist() == [
        [2021, "72083900", "CHN", "DEU", "importer", 1207, 601],
        [2021, "72083900", "DEU", "USA", "exporter", 3, 4],
    ]
    assert set(flows.frame["unit"]) == {"kg"}
    assert set(flows.frame["currency"]) == {"EUR"}
    assert flows.findings == ()
    assert flows.about.version == "periods 202101 to 202112"


def test_the_old_layout(tmp_path: Path) -> None:
    old = "004,DE,0720,CN,E,72083900,673,27,24,24,220,15,1,1,A,200112,2580,600,1"
    flows = read(tmp_path, old, head=OLD)
    assert flows.frame[["year", "origin", "destination", "quantity", "value"]].values.tolist() == [
        [2001, "CHN", "DEU", 600, 2580]
    ]
    assert flows.findings[0].values == {"year": 2001, "months": 1}


def test_a_year_stands_for_its_months_and_a_total_for_its_procedures(tmp_path: Path) -> None:
    flows = read(
        tmp_path,
        line(period="202152", kg=1000),
        line(period="202101", kg=80),
        line(period="202152", partner="US", procedure="4", kg=30),
        line(period="202152", partner="US", procedure="1", kg=20),
    )
    assert dict(zip(flows.frame["origin"], flows.frame["quantity"], strict=True)) == {"CHN": 1000, "USA": 30}
    assert left_out(flows) == [1, 1]


def test_unions_and_totals_are_left_out_and_codes_that_are_no_country_are_kept(tmp_path: Path) -> None:
    whole = {"period": "202152"}
    flows = read(
        tmp_path,
        line(**whole),
        line(**whole, partner="EU27_2020_EXTRA"),
        line(**whole, reporter="EA19"),
        line(**whole, product="TOTAL"),
        line(**whole, partner="QR"),
        line(**whole, partner="XS"),
        line(**whole, partner="XK"),
        line(**whole, reporter="EL"),
    )
    assert set(flows.frame["origin"]) == {"CHN", "QR", "SRB", "XKX"}
    assert set(flows.frame["destination"]) == {"DEU", "GRC"}
    assert left_out(flows) == [3]
    assert [f.values["names"] for f in flows.findings if f.check == "trade-places"] == ["QR"]


def test_the_united_kingdom_is_there_once(tmp_path: Path) -> None:
    parts = [
        line(partner=code, period="202152", kg=kg, trade_type=t) for code, kg, t in (("XI", 2, "L"), ("XU", 8, "M"))
    ]
    assert read(tmp_path, *parts).frame["quantity"].tolist() == [10]
    whole = read(tmp_path, *parts, line(partner="GB", period="202152", kg=10))
    assert whole.frame[["origin", "quantity"]].values.tolist() == [["GBR", 10]]
    assert left_out(whole) == [2]


def test_a_weight_of_nothing_is_missing(tmp_path: Path) -> None:
    flows = read(tmp_path, line(period="202152", kg=0), line(period="202152", partner="US", kg=0, eur=0))
    assert np.isnan(flows.frame["quantity"].iloc[0])
    assert flows.frame["quantity"].iloc[1] == 0
    assert [f.values["count"] for f in flows.findings if f.check == "trade-no-weight"] == [1]


def test_broken_files_are_one_line_each(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"full_202101.dat line 2: '1,5' is not a number"):
        read(tmp_path, line(kg='"1,5"'))
    with pytest.raises(InputError, match="a line of period '2021' and flow '1'; periods read like 202101"):
        read(tmp_path, line(period="2021"))
    with pytest.raises(InputError, match="a line of period '202101' and flow '3'"):
        read(tmp_path, line(flow="3"))
    with pytest.raises(InputError, match="its countries are numbers of the Geonomenclature"):
        read(tmp_path, line(reporter="004"))
    (tmp_path / "full.dat").write_text("x\n")
    with pytest.raises(InputError, match=r"holds no file of Comext.*unpack .7z files first"):
        read_trade(tmp_path / "full.dat", "comext")
