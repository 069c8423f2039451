"""China's solar exports, on Ember's own file and on pieces made at its layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from tanheng.data.trade import read_trade
from tanheng.errors import InputError
from tanheng.systems.trade import TradeFlows

FILE = "pv/mart_solar_exports_full_release_monthly.csv"
HEAD = (
    "Area,Date,Area type,Region,Commodity code,Commodity type,Amount (items),Amount (kg),Amount (USD),Commodity price,"
    "Price unit,Capacity (MW),Cumulative capacity (MW)"
)


def line(
    area: str = "Viet Nam",
    date: str = "2021-01-01",
    kind: str = "Country or economy",
    what: str = "Panels",
    mw: object = 2,
) -> str:
    return f"{area},{date},{kind},Asia,85414020,{what},10,300.0,400.0,0.2,USD/W,{mw},9"


def read(tmp_path: Path, *lines: str, head: str = HEAD) -> TradeFlows:
    path = tmp_path / "solar.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return read_trade(path)


def test_the_known_total_of_2021(shared: Path) -> None:
    """105.3 GW of panels in 2021: the source's own line of the world, which is not added up but left out."""
    flows = read_trade(shared / FILE)
    panels = flows.only(2021, "pv-module").frame
    assert panels["quantity"].sum() == pytest.approx(105_300, rel=5e-4)  # said to four digits
    assert set(panels["unit"]) == {"MW"}
    assert set(panels["origin"]) == {"CHN"}
    assert panels["mass_kg"].sum() / panels["quantity"].sum() / 1000 == pytest.approx(
        60, rel=0.1
    )  # kg per kW, a module
    assert flows.years == tuple(range(2017, 2026))
    assert flows.only(products=["pv-cell", "pv-wafer"]).years == (2022, 2023, 2024, 2025)
    flows.require_settled()


def test_every_country_of_the_source_has_its_code(shared: Path) -> None:
    flows = read_trade(shared / FILE)
    odd = {finding.check: finding.values for finding in flows.findings}
    assert odd["trade-places"]["names"] == "Other Africa, Other Latin America, Other Oceania"
    assert odd["trade-months"] == {"year": 2025, "months": 9}
    assert odd["trade-cells"]["years"] == "2017-2021"
    assert {"VNM", "COD", "COG", "VIR", "HKG", "TWN", "CIV", "TUR"} <= set(flows.frame["destination"])
    assert len(flows.frame) == len(flows.frame.drop_duplicates(["year", "product", "destination"]))


def test_months_are_added_up_and_regions_left_out(tmp_path: Path) -> None:
    flows = read(
        tmp_path,
        line(),
        line(date="2021-02-01", mw=3),
        line(area="Asia", kind="Region", mw=5),
        line(what="Cells", date="2022-01-01"),
    )
    assert flows.frame[["year", "product", "destination", "quantity", "mass_kg", "value"]].values.tolist() == [
        [2021, "pv-module", "VNM", 5, 600, 800],
        [2022, "pv-cell", "VNM", 2, 300, 400],
    ]


def test_broken_files_are_one_line_each(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"solar.csv line 2: 'x' is not a number"):
        read(tmp_path, line(mw="x"))
    with pytest.raises(InputError, match="'2021' is no date"):
        read(tmp_path, line(date="2021"))
    with pytest.raises(InputError, match="'Panel' is no commodity of this source; did you mean Panels"):
        read(tmp_path, line(what="Panel"))
    with pytest.raises(InputError, match=r"line 1: has no column Amount \(kg\)"):
        read(tmp_path, line(), head=HEAD.replace("Amount (kg)", "Amount (g)"))
    (tmp_path / "x.csv").write_text("a\n")
    with pytest.raises(InputError, match="holds 0 files of solar exports"):
        read_trade(tmp_path / "x.csv", "pv-exports")
