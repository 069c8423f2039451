"""The files of a report: whole, in two languages, repeatable, and holding the same numbers."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from tanheng import accounts, claims, labels
from tanheng.data import store

from .conftest import AWKWARD, Made, build, plain_table

FILES = {"report.en.html", "report.zh.html", "workbook.xlsx", "ledger.csv", "ledger.parquet"}
SCRIPT = re.compile(r'<script type="application/json" id="chart-([\w-]+)">(.*?)</script>', re.DOTALL)


@pytest.fixture(params=["tiny", "countries", "world"])
def made(request: pytest.FixtureRequest) -> Made:
    found: Made = request.getfixturevalue(request.param)
    return found


def visible(page: str) -> str:
    """The text a reader sees: no scripts, no styles, no tags."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "\n", body))


def sheet(made: Made, name: str) -> pd.DataFrame:
    book = CalamineWorkbook.from_path(str(made.folder / "workbook.xlsx"))
    rows = book.get_sheet_by_name(name).to_python()
    return pd.DataFrame(rows[3:], columns=[str(int(head)) if isinstance(head, float) else head for head in rows[2]])


def test_all_files_are_there_and_nothing_else(made: Made) -> None:
    assert {path.name for path in made.folder.iterdir()} == FILES == {path.name for path in made.paths}


def test_pages_need_nothing_beside_them(made: Made) -> None:
    for language in labels.LANGUAGES:
        page = re.sub(r"<script>.*?</script>", "", made.text(language), flags=re.DOTALL)
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
        assert not re.search(r"<(?:link|img|iframe)\b", page)
        assert "@import" not in page


def test_pages_tell_the_same_in_both_languages(made: Made) -> None:
    en, zh = (dict(SCRIPT.findall(made.text(language))) for language in labels.LANGUAGES)
    assert list(en) == list(zh)
    assert len(en) >= 4
    for name in en:
        one, other = json.loads(en[name]), json.loads(zh[name])
        assert [s["type"] for s in one["series"]] == [s["type"] for s in other["series"]]
    counts = [len(re.findall("<li>", made.text(language))) for language in labels.LANGUAGES]
    assert counts[0] == counts[1]


def test_every_chart_has_its_table(made: Made) -> None:
    page = made.text("zh")
    figures = re.findall(r"<figure data-chart=.*?</figure>", page, re.DOTALL)
    assert len(figures) == len(SCRIPT.findall(page))
    for figure in figures:
        assert figure.count("<table") == 1
        assert len(re.findall("<tr>", figure)) > 1


def test_names_cannot_end_a_script_or_write_markup(tiny: Made) -> None:
    for language in labels.LANGUAGES:
        page = tiny.text(language)
        assert AWKWARD not in page
        assert any(AWKWARD in str(json.loads(option)) for _, option in SCRIPT.findall(page))
        assert AWKWARD in visible(page)


def test_sections_without_data_are_left_out_and_named(tiny: Made) -> None:
    page = tiny.text("en")
    assert 'id="chart-map"' not in page
    assert 'id="tanheng-world"' not in page
    for line in (
        "Map: no region",
        "Groups of countries: no region",
        "Sectors: the table has one sector",
        "Per person:",
        "Products: the embedded product cases depend on no table",
        "Published numbers: they are put to the test in the report on the embedded world",
    ):
        assert line in page


def test_numbers_of_sections_run_on(made: Made) -> None:
    for language in labels.LANGUAGES:
        numbers = re.findall(r'<h2><span class="number">(\d+)</span>', made.text(language))
        assert numbers == [str(at) for at in range(1, len(numbers) + 1)]


def test_chinese_page_has_no_english_left_over(world: Made) -> None:
    # What stays in English is cited: sources, licences, versions; formulas and names of accounts are not words.
    page = world.text("zh")
    before = page[: page.index('<section id="methods">')]
    allowed = {
        "Tanheng", "English", "CO", "WIOD", "EEBT", "USD", "Global", "Carbon", "Project", "workbook", "xlsx", "ledger",
        "csv", "parquet", "a", "b", "c", "d",
        "e", "PV_ICE", "Ember", "Our", "World", "in", "Data", "Li", "docs", "photovoltaics", "steel", "zh", "md",
        "Weidema", "Wesnaes", "ecoinvent",
        "Gt", "GW", "TWh", "PM", "eebt", "PNAS", "Davis", "Caldeira", "Peters", "Minx", "Weber", "Edenhofer",
        "Andrew", "Moran", "Wood", "Dong", "Zhu", "Qi",
    }  # fmt: skip
    assert set(re.findall(r"[A-Za-z_]+", visible(before))) <= allowed
    methods = visible(page[page.index('<section id="methods">') :])
    for word in (
        "Year",
        "Region",
        "Account",
        "Formula",
        "Source",
        "Residual",
        "Production",
        "Consumption",
        "residence",
    ):
        assert not re.search(rf"\b{word}\b", methods), word


def test_chinese_charts_have_no_english_left_over(world: Made) -> None:
    def texts(value: object, key: str = "") -> list[str]:
        if isinstance(value, dict):
            return [text for name, item in value.items() for text in texts(item, name)]
        if isinstance(value, list):
            return [text for item in value for text in texts(item, key)]
        return [value] if isinstance(value, str) and key in ("text", "subtext", "name", "description", "data") else []

    for name, option in SCRIPT.findall(world.text("zh")):
        spec = json.loads(option)
        if spec["series"][0]["type"] in ("map", "sankey"):
            spec["series"] = []  # their names are codes, which tanheng.names translates
        words = set(re.findall(r"[A-Za-z]{2,}", " ".join(texts(spec)))) - {"CO"}
        assert not words, name


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    table = plain_table(tmp_path / "table", ["CHN", "USA"], ["farm", "plant"], {"CO2": "kt"}, 2005)
    one, other = build(table, tmp_path / "one"), build(table, tmp_path / "other")
    for name in FILES:
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes(), name


def test_the_ledger_is_conserved_and_complete(made: Made) -> None:
    frame = pd.read_parquet(made.folder / "ledger.parquet")
    sums = frame.groupby(["account", "stressor", "year"])["value"].sum()
    production, consumption = sums["production"], sums["consumption"]
    assert ((production - consumption).abs() <= 1e-9 * production.abs()).all()
    assert set(frame["account"]) == {"production", "consumption", "flows", "eebt", "net-transfers", "export-intensity"}
    text = pd.read_csv(made.folder / "ledger.csv", usecols=["value"])
    assert text["value"].sum() == pytest.approx(frame["value"].sum(), rel=1e-12)


def test_the_workbook_holds_the_numbers_of_the_ledger(made: Made) -> None:
    frame = pd.read_parquet(made.folder / "ledger.parquet")
    for tab, account in (
        ("Production 生产侧", "production"),
        ("Consumption 消费侧", "consumption"),
        ("Flows 隐含流", "flows"),
    ):
        rows = sheet(made, tab)
        for year in sorted(set(frame["year"])):
            want = frame[(frame["account"] == account) & (frame["year"] == year)]["value"].sum()
            assert rows[str(year)].sum() == pytest.approx(want, rel=1e-9)
    names = CalamineWorkbook.from_path(str(made.folder / "workbook.xlsx")).sheet_names
    assert names[:2] == ["Contents 目录", "About 说明与来源"]


def test_the_world_shows_the_known_magnitudes(world: Made) -> None:
    frame = sheet(world, "Net transfers 净转移")
    china = frame[frame.iloc[:, 2] == "CHN"].iloc[0]
    assert china["1995"] / 1e6 == pytest.approx(0.49, abs=0.01)
    assert china["2009"] / 1e6 == pytest.approx(1.04, abs=0.04)
    assert "28.85 Gt" in world.text("en")
    assert "288.5亿吨" in world.text("zh")


def test_the_findings_agree_with_the_accounts(world: Made) -> None:
    table = store.open("world")[2009]
    net = float(accounts.net_transfers(table).sel(region="CHN").squeeze())
    assert f"China emitted {net / 1e6:.2f} Gt more in 2009" in world.text("en")
    assert f"2009年中国生产侧排放比消费侧多{net / 1e5:.2f}亿吨" in world.text("zh")


def test_the_embedded_products_are_told_in_the_report_on_the_embedded_world_alone(world: Made, tiny: Made) -> None:
    for language, title in (("en", "Products"), ("zh", "产品")):
        page = world.text(language)
        section = page[page.index('<section id="products">') : page.index('<section id="full-scope">')]
        assert re.search(rf"<h2><span class=\"number\">\d+</span> {title}</h2>", section)
        assert section.count("<figure data-chart=") == 6
        assert '<section id="products">' not in tiny.text(language)


def test_full_scope_is_told_in_the_report_on_the_embedded_world_alone(world: Made, tiny: Made) -> None:
    for language, title in (
        ("en", "Full scope: where the two ways of counting meet"),
        ("zh", "全口径：两种核算的汇合"),
    ):
        page = world.text(language)
        section = page[page.index('<section id="full-scope">') : page.index('<section id="claims">')]
        assert re.search(rf"<h2><span class=\"number\">10</span> {title}</h2>", section)
        assert section.count("<figure data-chart=") == 5
        assert '<section id="full-scope">' not in tiny.text(language)
    coverage = sheet(world, "Coverage 覆盖度")
    made = sheet(world, "Production 生产侧")
    assert coverage["2009"].sum() == pytest.approx(made["2009"].sum(), rel=1e-9)


def test_claims_are_put_to_the_test_in_the_report_on_the_embedded_world_alone(world: Made, tiny: Made) -> None:
    for language, title in (("en", "Published numbers put to the test"), ("zh", "已发表数字的核对")):
        page = world.text(language)
        section = page[page.index('<section id="claims">') : page.index('<section id="methods">')]
        assert re.search(rf"<h2><span class=\"number\">\d+</span> {title}</h2>", section)
        assert section.count("<figure data-chart=") == 1
        assert section.count('<table class="plain verdicts">') == 3
        assert '<section id="claims">' not in tiny.text(language)
    told = visible(world.text("en"))
    assert "China's gap, 1990: 0.135\u00a0Gt against 0.70\u00a0Gt (Global Carbon Budget)" in told
    assert "1990 年中国差额：计算值0.135\u00a0Gt，公布值0.70\u00a0Gt（全球碳预算）" in visible(world.text("zh"))
    rows = sheet(world, "Claims 论断核对")
    frame = rows[rows.iloc[:, 3] == "Global Carbon Budget / 全球碳预算"]
    assert len(frame) == 9
    computed = pd.to_numeric(frame["Computed / 计算值"], errors="coerce").dropna()
    assert sorted(round(value, 3) for value in computed)[0] == 0.135
    assert not [
        name for name in CalamineWorkbook.from_path(str(tiny.folder / "workbook.xlsx")).sheet_names if "论断" in name
    ]


def test_claims_of_the_report_are_those_of_the_claims(world: Made) -> None:
    """The report takes over its own accounts of the world; asked alone, the tables are solved anew."""
    found = claims.verdict_frame(claims.check(claims.read_claims("cas-2024")))
    rows = sheet(world, "Claims 论断核对")
    rows = rows[rows.iloc[:, 0] == "cas-2024"]
    assert [text.partition(" / ")[0] for text in rows["Verdict / 结论"]] == found["verdict"].tolist()
    assert rows["Reason / 理由 (en)"].tolist() == found["reason"].tolist()


def test_the_products_section_says_what_is_not_reached(world: Made) -> None:
    """By hand: 250 Mt over 105.33 GW are 2.37 t per kW; (66.9 - 14.3) Mt at 1.91 t per t are 100 Mt."""
    en, zh = (visible(world.text(language)) for language in labels.LANGUAGES)
    assert "The published net transfer of photovoltaic products in 2021, 250 Mt, is not reached" in en
    assert "2.37 t per kilowatt" in en
    assert "公布的2021年光伏产品净转移为2.50亿吨，本案例达不到这一数值" in zh
    assert "With one world average for both, 1.91 t per tonne, the net transfer is 100 Mt, as published" in en
    assert "净转移为1.00亿吨，与公布值（1.00亿吨）一致" in zh


def test_the_workbook_has_the_numbers_of_the_products(world: Made, tiny: Made) -> None:
    exports = sheet(world, "Product exports 产品出口")
    figure, unit = exports.iloc[:, 1], exports.iloc[:, 2]
    assert set(unit) == {"MW", "t CO2e"}
    power = exports[figure.str.startswith("Exports")]
    assert power["2021"].iloc[0] == pytest.approx(105_334.52)  # MW, as the trade has it
    assert list(power["2021"].iloc[1:]) == ["", ""]  # what is not told is no zero
    steel = sheet(world, "Steel 钢铁")
    out, into, net = steel.iloc[0, 3:6]
    assert (out, into) == (pytest.approx(66.9e6 * 1.91), pytest.approx(14.3e6 * 1.91))
    assert net == pytest.approx(out - into)
    places = sheet(world, "Product places 产品目的地")
    carried = exports["2021"][figure.str.startswith(("Production", "Transport"))].iloc[:3].sum()
    assert places.iloc[:, -1].sum() == pytest.approx(carried)
    stages = sheet(world, "Product stages 产品阶段")
    avoided = stages[stages.iloc[:, 3].str.startswith("Credit")]
    assert (pd.to_numeric(avoided["2021"]) < 0).all()  # apart, by its sign and its name
    names = CalamineWorkbook.from_path(str(tiny.folder / "workbook.xlsx")).sheet_names
    assert not [name for name in names if "产品" in name]


def test_one_language_alone_links_to_no_other(tmp_path: Path) -> None:
    from tanheng import report

    table = plain_table(tmp_path / "table", ["A", "B"], ["all"], {"CO2": "t"}, 2020)
    opened = store.open(table)
    steps: list[tuple[str, int, int]] = []
    paths = report.build(
        opened, years=(2020,), languages=("zh",), out=tmp_path, progress=lambda *step: steps.append(step)
    )
    assert paths[0].name == "report.zh.html"
    assert "report.en.html" not in paths[0].read_text("utf-8")
    assert [done for _, done, _ in steps] == list(range(len(steps)))
    assert steps[-1][1] == steps[-1][2]


def test_the_rest_of_the_world_is_said_to_hold_oecd_members(world: Made) -> None:
    # in the finding and in the notes of the figures on groups and on the gap
    en, zh = (visible(world.text(language)) for language in labels.LANGUAGES)
    assert en.count("The rest of the world, where the table does not show countries apart") == 3
    assert zh.count("世界其他地区未分国列出，整体计入非经合组织") == 3


def test_lists_name_the_members_that_the_table_lacks(world: Made) -> None:
    en, zh = (visible(world.text(language)) for language in labels.LANGUAGES)
    assert "Members not separate in this table: South Africa." in en
    assert "本表未单列的成员：南非。" in zh
    assert "固定为2011年12月31日名单" in zh
    assert "Romania" in en[en.index("European Union members") :].split("Counted outside", 1)[0].split("Members not")[0]


def test_a_report_on_several_stressors_says_which_one_it_is_about(countries: Made, tiny: Made) -> None:
    said = "The text and charts are about CO₂, the first stressor; the workbook and the ledger hold all: CO₂, Energy."
    assert said in countries.text("en")
    assert "全部环境压力（CO₂、Energy）见工作簿和账本" in countries.text("zh")
    assert "the first stressor" not in tiny.text("en")


def test_a_single_year_speaks_of_that_year(countries: Made) -> None:
    assert "by the membership of that year" in countries.text("en")
    assert "按当年成员国名单" in countries.text("zh")
    assert "With OECD membership held" not in countries.text("en")  # the three belong alike in 2005 and 2020


def test_tables_can_be_scrolled_by_key_and_their_rows_have_heads(made: Made) -> None:
    page = made.text("en")
    assert page.count("<table") == page.count('<div class="scroll" tabindex="0" role="region" aria-label="')
    for row in re.findall(r"<tr>.*?</tr>", page[page.index("<tbody>") :], re.DOTALL):
        assert row.startswith(('<tr><th scope="row">', '<tr><th scope="col"')), row


def test_the_workbook_says_not_stated_in_both_languages(tiny: Made) -> None:
    book = CalamineWorkbook.from_path(str(tiny.folder / "workbook.xlsx"))
    about = {row[0]: row[1] for row in book.get_sheet_by_name("About 说明与来源").to_python()}
    assert about["Licence / 许可"] == about["Version / 版本"] == about["Source / 来源"] == "not stated / 未说明"
