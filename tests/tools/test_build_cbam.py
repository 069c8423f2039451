"""The build of the CBAM tables: the same bytes every time, those committed, and the sheet read as it is."""

import csv
import dataclasses
from collections import Counter
from datetime import date

import pytest

import build_cbam
from tanheng import norms
from tanheng.data import cbam

TWICE = {  # the sheet marks these up twice: 1.1 x 1.1 in 2027, and once more x 1.1 in 2028
    ("AGO", "25231000"), ("AGO", "25232900"), ("AGO", "25239000"), ("ARG", "25231000"), ("ARG", "25232900"),
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(shared):
    return build_cbam.defaults(shared)


def test_all_bytes_are_those_committed(shared, tmp_path):
    build_cbam.build(shared, tmp_path)
    committed = {path.name for path in cbam.FOLDER.iterdir() if path.suffix in (".csv", ".toml")}
    assert committed == {path.name for path in tmp_path.iterdir()}
    for name in sorted(committed):
        assert (tmp_path / name).read_bytes() == (cbam.FOLDER / name).read_bytes(), name


def test_every_row_of_the_sheet_is_embedded_as_printed(rows):
    embedded = cbam.defaults()
    assert len(rows) == len(embedded) == 12_532
    for row in rows:
        printed = [float(text) if text else None for text in (row.direct, row.indirect, row.total)]
        assert embedded[row.origin, row.cn, row.variant] == cbam.Cell(*printed, row.route)


def test_an_absent_value_is_never_zero(rows):
    assert sum(not row.total for row in rows) == 1_601 - 1  # empty in the sheet, less the shifted row of Albania
    for row in rows:
        cell = cbam.defaults()[row.origin, row.cn, row.variant]
        assert (cell.total is None) == (row.total == "")
    zeros = [key for key, cell in cbam.defaults().items() if cell.total == 0]
    assert zeros == [("MLI", "28041000", "")]  # printed as 0.0, the one zero in the sheet


def test_values_with_mark_up_are_the_value_times_the_mark_up_of_the_year(rows):
    """Total and marked-up value are both printed to 6 decimals: 0.5e-6 x 1.3 + 0.5e-6 apart at most."""
    checked = Counter()
    for year, place in ((2026, 0), (2027, 1), (2028, 2)):
        rates = norms.lookup("cbam-mark-up", norms.year_end(year)).values
        for row in rows:
            if row.total and row.marked[place] and not (year > 2026 and (row.origin, row.cn) in TWICE):
                expected = float(row.total) * (1 + rates[row.sector])
                assert float(row.marked[place]) == pytest.approx(expected, abs=1.2e-6, rel=0), (year, row)
                checked[year] += 1
    assert checked == {
        2026: 10_930,
        2027: 10_926,
        2028: 10_926,
    }  # all but Chile's absent one, and Angola's and Argentina's


def test_what_the_sheet_marks_up_twice_is_listed_and_is_so(rows):
    found = {(row.origin, row.cn) for row in rows if float(row.marked[2] or 0) > 1.305 * float(row.total or 0)}
    assert found == TWICE
    for row in rows:
        if (row.origin, row.cn) in TWICE and row.total:
            assert float(row.marked[1]) / float(row.total) == pytest.approx(1.1**2, rel=1e-9)  # decimals as printed
            assert float(row.marked[2]) / float(row.total) == pytest.approx(1.1**3, rel=1e-9)


def test_the_shifted_row_of_albania_is_put_right_in_the_open(rows, shared):
    text = (shared / "steel/cbam_defaults.csv").read_text(encoding="cp1252")
    assert "Albania;Cement;25232100;White Portland cement;;;;1.23;0.14;1.37;" in text.splitlines()
    (row,) = [one for one in rows if one.origin == "ALB" and one.cn == "25232100"]
    assert (row.direct, row.indirect, row.total) == ("1.23", "0.14", "1.37")
    assert float(row.direct) + float(row.indirect) == pytest.approx(float(row.total))
    assert any("Albania 25232100" in line for line in cbam.about()["done"])
    assert cbam.default_value("ALB", "25232100", date(2026, 6, 1)).value == pytest.approx(1.37 * 1.1)


def test_a_row_that_is_not_shifted_any_more_stops_the_build():
    cells = ["Albania", "Cement", "25232100", "White Portland cement", "1.23", "0.14", "1.37", "1.353", "", "", ""]
    with pytest.raises(SystemExit, match="not shifted any more"):
        build_cbam._row(cells)


def test_direct_and_indirect_make_the_total(rows):
    """All three are printed: to two decimals in most rows, so 0.005 x 3 apart at most."""
    for row in rows:
        if row.indirect:
            assert float(row.direct) + float(row.indirect) == pytest.approx(float(row.total), abs=0.0151), row
        elif row.total:
            assert row.direct == row.total


def test_every_country_has_an_iso_code(rows):
    by_code = {row.origin: row.country for row in rows}
    assert len(by_code) == 120 == len({row.country for row in rows})
    found = [by_code[code] for code in ("TUR", "COD", "COG", "PRK", "*")]
    assert found == [
        "Türkiye",
        "Democratic Republic of the Cong",
        "Congo",
        "North Korea",
        "_Other Countries and Territorie",
    ]


def test_benchmarks_are_those_of_the_sheet(shared):
    text = (shared / "steel/cbam-benchmarks.csv").read_text(encoding="utf-8-sig")
    printed = Counter(line.split(";")[0] for line in text.splitlines() if line[:4].isdigit())
    with (cbam.FOLDER / "benchmarks.csv").open(encoding="utf-8") as file:
        embedded = Counter(row["cn"] for row in csv.DictReader(file))
    assert printed == embedded
    assert sum(printed.values()) == 1_804


@pytest.mark.parametrize("printed", ["1.370 (C)", "1,370 (M)", "1,370 (3)", ""])
def test_a_benchmark_in_another_form_stops_the_build(printed):
    with pytest.raises(SystemExit, match="not as expected"):
        build_cbam._benchmark(printed)


def test_a_row_is_frozen(rows):
    with pytest.raises(dataclasses.FrozenInstanceError):
        rows[0].total = "0"
