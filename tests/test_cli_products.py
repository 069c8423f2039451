"""The commands ``product list``, ``show``, ``footprint``, ``flows``, ``cbam`` and ``exposure``."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet
import pytest
from test_cli import done, run

# 1 lamp: 2 kg CO2 in making it, 3 kWh of power that stands in the use stage, 0.5 kg of glass that nobody makes
LAMP = """
id = "lamp"
title = { en = "Lamp", zh = "灯" }
unit = "unit"
reference = "lamp"
source = "made up"
licence = "CC0"
years = [2020, 2021]

[flows.glass]
title = "glass"
unit = "kg"
kind = "product"

[[process]]
id = "lamp"
title = { en = "lamp works", zh = "灯厂" }
unit = "unit"
regions = "grid"

[[process.exchange]]
emission = "CO2"
amount = 2

[[process.exchange]]
input = "power"
amount = 3
stage = "use"

[[process.exchange]]
input = "glass"
amount = 0.5

[[process]]
id = "power"
title = { en = "power plant", zh = "电厂" }
unit = "kWh"
regions = "grid"

[[process.exchange]]
emission = "CO2"
times = ["grid"]

[tables.grid]
file = "grid.csv"
unit = "kg/kWh"
source = "made up"
licence = "CC0"
"""
GRID = "region,year,value\nCHN,2020,0.6\nCHN,2021,0.5\nDEU,2020,0.4\nDEU,2021,0.3\n"
TRADE = "year,product,origin,destination,quantity,unit\n2021,lamp,CHN,DEU,1000,unit\n2021,lamp,DEU,CHN,100,unit\n"
MIRROR = """year,product,origin,destination,quantity,unit,value,currency,reporter
2021,720851,CHN,DEU,100,t,90000,USD,exporter
2021,720851,CHN,DEU,110,t,99000,USD,importer
2021,720851,CHN,KOR,,t,45000,USD,importer
"""


@pytest.fixture
def lamp(tmp_path) -> Path:
    folder = tmp_path / "lamp"
    folder.mkdir()
    (folder / "product.toml").write_text(LAMP, encoding="utf-8")
    (folder / "grid.csv").write_text(GRID, encoding="utf-8")
    return folder


@pytest.fixture
def trade(tmp_path) -> Path:
    (tmp_path / "trade.csv").write_text(TRADE, encoding="utf-8")
    return tmp_path / "trade.csv"


def frame(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text))


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["Photovoltaic", "Steel", "openLCA"]), ("zh", ["光伏", "钢铁", "贸易"])]
)
def test_the_list_has_products_and_formats(language, words):
    text = done("product", "list", "--lang", language)
    assert all(word in text for word in ["photovoltaics", "steel", "cement", "olca-jsonld", "comtrade", *words])


def test_show_tells_sources_processes_and_what_was_found(lamp):
    text = done("product", "show", lamp, "--find", "power plant")
    assert "made up" in text
    assert "power@CHN" in text
    assert "lamp@CHN" not in text
    assert "have no maker" in text  # the glass
    assert "没有生产过程" in done("product", "show", lamp, "--lang", "zh")


def test_footprint_of_a_process_by_stage(lamp):
    """By hand: 2 kg in making the lamp, 3 kWh of 0.5 kg in its use."""
    text = done("product", "footprint", lamp, "--process", "lamp", "--origin", "CHN", "--format", "csv")
    values = frame(text).set_index("stage")["value"].to_dict()
    assert values == pytest.approx({"production": 2.0, "use": 1.5}, rel=1e-12)


def test_footprint_of_a_year_and_an_amount(lamp):
    text = done(
        "product", "footprint", lamp, "--process", "lamp", "--origin", "DEU", "--year", "2020", "--amount", "10",
        "--by", "region,process", "--format", "json",
    )  # fmt: skip
    rows = json.loads(text)["rows"]
    assert sum(row["value"] for row in rows) == pytest.approx(10 * (2 + 3 * 0.4), rel=1e-12)
    assert {row["region"] for row in rows if row["value"]} == {"DEU"}


def test_an_elementary_flow_in_place_of_the_impact(lamp):
    text = done(
        "product", "footprint", lamp, "--process", "lamp", "--origin", "CHN", "--stressor", "all", "--format", "csv"
    )
    assert set(frame(text)["unit"]) == {"kg"}
    assert frame(text)["value"].sum() == pytest.approx(3.5, rel=1e-12)


def test_the_tree_lists_the_branches_and_the_rest(lamp, tmp_path):
    asked = ("product", "footprint", lamp, "--process", "lamp", "--origin", "CHN", "--tree")
    done(*asked, "-o", tmp_path / "tree.parquet")
    table = parquet.read_table(tmp_path / "tree.parquet")
    assert table.column("total").to_pylist() == pytest.approx([3.5, 1.5], rel=1e-12)
    meta = json.loads((table.schema.metadata or {})[b"tanheng"])
    assert meta["remainder"] == pytest.approx(0, abs=1e-12)
    text = done(*asked, "--threshold", "0.5")
    assert "power plant" not in text
    assert "1.5000" in text  # the remainder


def test_inputs_without_a_maker_are_listed_with_their_price(lamp):
    asked = ("product", "footprint", lamp, "--process", "lamp", "--origin", "CHN", "--amount", "10", "--unlinked")
    row = frame(done(*asked, "--price", "glass=4", "--format", "csv")).iloc[0]
    assert (row["name"], row["amount"], row["price"], row["cost"]) == ("glass", 5.0, 4.0, 20.0)
    assert "1 without a price" in done(*asked)


def test_footprint_of_a_product_where_it_is_made(lamp):
    text = done("product", "footprint", lamp, "--origin", "CHN", "--year", "2021", "--format", "csv")
    assert frame(text)["value"].sum() == pytest.approx(3.5, rel=1e-12)


def test_a_product_without_years_has_a_footprint_in_any(tmp_path):
    text = LAMP.replace("years = [2020, 2021]", "").replace('regions = "grid"', 'location = "CHN"')
    text = text.replace('times = ["grid"]', "amount = 0.5").partition("[tables.grid]")[0]
    (tmp_path / "lamp.toml").write_text(text, encoding="utf-8")
    for year in ((), ("--year", "1990")):
        found = done("product", "footprint", tmp_path / "lamp.toml", "--origin", "CHN", *year, "--format", "csv")
        assert frame(found)["value"].sum() == pytest.approx(3.5, rel=1e-12)  # a few products of doubles


def test_flows_and_balance_of_a_trade_of_ones_own(lamp, trade):
    """By hand: 1000 lamps of 3.5 kg from China, 100 of 2.9 kg (2 + 3 x 0.3) from Germany."""
    asked = ("product", "flows", lamp, "--trade", trade, "--unit", "kg", "--by", "region,to_region", "--format", "csv")
    flows = frame(done(*asked)).set_index(["region", "to_region"])["value"]
    assert flows["CHN", "DEU"] == pytest.approx(3500, rel=1e-12)
    net = frame(done("product", "flows", lamp, "--trade", trade, "--unit", "kg", "--balance", "--format", "csv"))
    sums = net.groupby(["component"])["value"].sum()
    assert sums["exports"] == pytest.approx(sums["imports"], rel=1e-12)
    assert sums["net"] == pytest.approx(0, abs=1e-9 * sums["exports"])


def test_rows_of_nothing_are_left_out_and_the_largest_shown(lamp, trade):
    asked = ("product", "flows", lamp, "--trade", trade, "--unit", "kg", "--by", "region,to_region")
    assert len(frame(done(*asked, "--format", "csv"))) == 2
    text = done(*asked, "--limit", "1")
    assert "3,500.0" in text
    assert "+ 1 (--limit N" in text
    assert "Total: 3,790.0 kg" in text  # with 100 lamps of 2.9 kg


@pytest.mark.parametrize("content", [b"\x00\xff\xfe\x01\r\x02", b"year,product\r2021,steel\r"])
def test_a_trade_file_that_is_no_csv_is_one_line(tmp_path, content):
    (tmp_path / "x.csv").write_bytes(content)
    result = run("product", "flows", "steel", "--trade", str(tmp_path / "x.csv"))
    assert result.exit_code == 1, result.output
    assert len(result.stderr.strip().splitlines()) == 1


def test_certificates_of_a_shipment():
    """By hand, as in the tests of the account: the default marked up, less 97.5 % of a benchmark of 1.370."""
    text = done(
        "product", "cbam", "72081000", "--origin", "CHN", "--mass", "100", "--at", "2026-06-01", "--format", "csv"
    )
    steps = frame(text).set_index("step")["value"]
    due = 100 * (steps["default value"] * 1.1 - 0.975 * 1.370)
    assert steps["certificates due"] == pytest.approx(due, rel=1e-9)
    assert "应缴凭证" in done("product", "cbam", "72081000", "--origin", "CHN", "--at", "2026", "--lang", "zh")


def test_exposure_by_year(tmp_path):
    file = tmp_path / "steel.csv"
    file.write_text("year,product,origin,destination,quantity,unit\n2023,720851,CHN,DEU,1,kt\n", encoding="utf-8")
    text = done(
        "product", "exposure", file, "--origin", "CHN", "--years", "2026:2027", "--price", "80", "--format", "csv"
    )
    rows = frame(text).set_index("year")
    assert rows.index.tolist() == [2026, 2027]
    assert rows.loc[2027, "cost"] == pytest.approx(80 * rows.loc[2027, "due"], rel=1e-12)
    assert rows.loc[2027, "due"] > rows.loc[2026, "due"]  # the mark-up rises, what is free falls


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "photovoltaic"), "there is no product 'photovoltaic'; did you mean photovoltaics"),
        (("footprint", "LAMP"), "where is lamp made?; give --origin, such as CHN, DEU"),
        (("footprint", "LAMP", "--process", "lmap"), "process lmap is not known; did you mean"),
        (("footprint", "LAMP", "--process", "lamp", "--origin", "FRA"), "is not at FRA"),
        (
            ("footprint", "LAMP", "--process", "lamp", "--origin", "CHN", "--gwp", "ar6"),
            "no set of warming potentials 'ar6'",
        ),
        (("footprint", "LAMP", "--process", "lamp", "--origin", "CHN", "--allocation", "mas"), "no allocation 'mas'"),
        (("footprint", "LAMP", "--process", "lamp", "--origin", "CHN", "--stressor", "CH4"), "no stressor 'CH4'"),
        (("footprint", "LAMP", "--process", "lamp", "--origin", "CHN", "--by", "stages"), "no dimension 'stages'"),
        (("flows", "LAMP"), "comes without trade"),
        (("flows", "LAMP", "--trade", "TRADE", "--year", "2019"), "2019"),
        (("cbam", "72081000", "--origin", "CHN", "--at", "2025"), "valid from 2026-01-01"),
        (("cbam", "09011100", "--origin", "CHN"), "is not under CBAM"),
        (("cbam", "72081000", "--origin", "XXX"), "is no country that is known"),
        (("footprint", "LAMP", "--process", "mapl"), "--find TEXT"),
        (("footprint", "LAMP", "--process", "lamp"), "or say where with --origin"),
        (("show", "LAMP", "--find", "xyz"), "nothing has 'xyz' in its name"),
        (("show", "lam.toml"), "is neither a folder nor a file"),
        (("flows", "steel"), 'ask for --fallback "world average"'),
        (("footprint", "steel", "--origin", "CHN", "--gwp", "gwp100-ar5"), "are weighted already"),
        (("exposure", "MIRROR", "--origin", "CHN"), "by a rule: --mirror exporter"),
        (("flows", "steel", "--trade", "MIRROR", "--mirror", "importer"), "--estimate fills them in"),
    ],
)
def test_a_mistake_is_one_line(lamp, trade, words, says):
    mirror = trade.with_name("mirror.csv")
    mirror.write_text(MIRROR, encoding="utf-8")
    given = [str({"LAMP": lamp, "TRADE": trade, "MIRROR": mirror}.get(word, word)) for word in words]
    result = run("product", *given)
    assert result.exit_code == 1, result.output
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("footprint", "LAMP", "--tree"),
        ("footprint", "LAMP", "--maker", "a=b"),
        ("footprint", "LAMP", "--process", "lamp", "--tree", "--ledger"),
        ("footprint", "LAMP", "--process", "lamp", "--tree", "--unlinked"),
        ("footprint", "LAMP", "--process", "lamp", "--price", "glass=1"),
        ("footprint", "LAMP", "--process", "lamp", "--threshold", "0.1"),
        ("footprint", "LAMP", "--process", "lamp", "--destination", "DEU"),
        ("footprint", "LAMP", "--process", "lamp", "--origin", "CHN", "--maker", "a=b", "--maker", "a=c"),
        ("footprint", "LAMP", "--process", "lamp", "--origin", "CHN", "--unlinked", "--price", "glass=nan"),
        ("footprint", "LAMP", "--process", "lamp", "--origin", "CHN", "--tree", "--stressor", "all"),
        ("footprint", "LAMP", "--origin", "CHN", "--amount", "nan"),
        ("footprint", "LAMP", "--origin", "CHN", "--amount", "1e308"),
        ("flows", "LAMP", "--balance", "--avoided"),
        ("show", ""),
        ("cbam", "72081000", "--origin", "CHN", "--mass", "100", "--year-mass", "30"),
        ("cbam", "72081000", "--origin", "CHN", "--mass", "1e308", "--price", "1e10"),
        ("exposure", "TRADE", "--origin", "CHN", "--price", "80", "--prices", "2026=90"),
    ],
)
def test_options_that_do_not_go_together_are_usage_errors(lamp, trade, words):
    result = run("product", *(str({"LAMP": lamp, "TRADE": trade}.get(word, word)) for word in words))
    assert result.exit_code == 2, result.output
    assert len(result.stderr.strip().splitlines()) == 1


def test_the_parts_of_the_impact_are_stressors_too(lamp):
    """By hand: 2 kg of CO2 that does not say it is biogenic, and 3 kWh of 0.5 kg."""
    asked = ("product", "footprint", lamp, "--process", "lamp", "--origin", "CHN", "--format", "csv")
    parts = frame(done(*asked, "--stressor", "GHG", "--stressor", "GHG fossil"))
    assert parts.groupby("stressor")["value"].sum().to_dict() == pytest.approx({"GHG": 3.5, "GHG fossil": 3.5})
    assert "kg CO2e" not in done(*asked, "--stressor", "CO2")


def test_a_country_may_be_called_by_its_name(lamp):
    asked = ("product", "cbam", "72081000", "--at", "2026", "--format", "csv", "--origin")
    assert done(*asked, "China") == done(*asked, "中国") == done(*asked, "cn") == done(*asked, "CHN")
    assert done("product", "footprint", lamp, "--origin", "Germany") == done(
        "product", "footprint", lamp, "--origin", "DEU"
    )


def test_what_stands_in_is_told_with_its_share():
    result = run("product", "flows", "steel", "--fallback", "world average", "--lang", "zh")
    assert "100.0% 的排放没有自身因子" in result.stderr


def test_a_trade_of_nothing_is_no_crash(tmp_path):
    file = tmp_path / "none.csv"
    file.write_text("year,product,origin,destination,quantity,unit\n2021,720851,CHN,DEU,0,t\n", encoding="utf-8")
    assert "Table: none" in done("product", "flows", "steel", "--trade", file)


def test_exposure_settles_the_trade_it_is_given(trade):
    trade.write_text(MIRROR, encoding="utf-8")
    asked = ("product", "exposure", trade, "--origin", "CHN", "--years", "2026:2026", "--mirror")
    assert frame(done(*asked, "importer", "--format", "csv"))["mass"].tolist() == [110.0]
    assert "t CO2e" in done(*asked, "exporter")


def test_the_only_process_of_an_inventory_needs_no_name(tmp_path):
    flows = (
        '<exchange number="1" name="lime" unit="kg" meanValue="1"><outputGroup>0</outputGroup></exchange>'
        '<exchange number="2" name="Carbon dioxide, fossil" category="air" unit="kg" meanValue="0.75">'
        "<outputGroup>4</outputGroup></exchange>"
    )
    (tmp_path / "lime.xml").write_text(
        '<ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold01"><dataset number="1"><metaInformation>'
        '<processInformation><referenceFunction name="lime" unit="kg" amount="1"/><geography location="CN"/>'
        f"</processInformation></metaInformation><flowData>{flows}</flowData></dataset></ecoSpold>",
        encoding="utf-8",
    )
    assert frame(done("product", "footprint", tmp_path / "lime.xml", "--format", "csv"))["value"].tolist() == [0.75]


# -- into the ledger --------------------------------------------------------------------------------------------------


def held(sql: str) -> pd.DataFrame:
    return frame(done("ledger", "query", sql, "--format", "csv"))


def test_answers_go_into_the_ledger_and_it_holds_what_they_say(lamp, trade, tmp_path, monkeypatch):
    """By hand: a lamp is 2 + 3 * 0.5 = 3.5 kg in China, 2 + 3 * 0.3 = 2.9 in Germany."""
    monkeypatch.setenv("TANHENG_HOME", str(tmp_path / "home"))
    asked = ("product", "footprint", lamp, "--process", "lamp", "--origin", "CHN", "--ledger")
    first = run(*asked, "--format", "csv")
    assert frame(first.stdout)["value"].sum() == pytest.approx(3.5)  # the answer as it is without the ledger
    assert "note: ledger: new life-cycle-2021-" in first.stderr
    assert "note: ledger: same life-cycle-2021-" in run(*asked).stderr
    assert "note: ledger: new product-flows-2021-" in run("product", "flows", lamp, "--trade", trade, "--ledger").stderr
    other = ("product", "footprint", lamp, "--origin", "DEU", "--amount", 2, "--ledger")
    assert "note: ledger: new product-flows-2021-" in run(*other).stderr
    found = held("SELECT account, approach, unit, sum(value) AS v FROM ledger GROUP BY ALL ORDER BY v")
    assert set(found["approach"]) == {"bottom-up"}
    per = dict(zip(zip(found["account"], found["unit"], strict=True), found["v"], strict=True))
    assert per == {
        ("life-cycle", "kg CO2e"): pytest.approx(3.5),
        ("product-flows", "kg"): pytest.approx(2 * 2.9),
        ("product-flows", "kt"): pytest.approx((1000 * 3.5 + 100 * 2.9) / 1e6),
    }
    done("ledger", "check")


def test_what_is_in_the_ledger_otherwise_is_refused_in_one_line(lamp, trade, tmp_path, monkeypatch):
    monkeypatch.setenv("TANHENG_HOME", str(tmp_path / "home"))
    asked = ("product", "flows", lamp, "--trade", trade, "--ledger")
    done(*asked)
    result = run(*asked, "--by", "origin,to_region", "--format", "csv")
    assert result.exit_code == 1
    assert not frame(result.stdout).empty  # the answer is there all the same
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("error")]
    assert "'tanheng ledger remove' takes out what is there" in line
