"""The build of the steel case: the same bytes every time, those committed, and the default values as printed."""

from decimal import Decimal

import pytest

import build_steel
from build_cbam import defaults
from tanheng.data import products


@pytest.fixture(scope="module")
def lines(shared):
    return build_steel.factors(shared)


def test_all_bytes_are_those_committed(shared, tmp_path):
    build_steel.build(shared, tmp_path)
    committed = {path.name for path in (products.FOLDER / "steel").iterdir()} - {"product.toml"}
    assert committed == {path.name for path in (tmp_path / "steel").iterdir()}
    for name in sorted(committed):
        assert (tmp_path / "steel" / name).read_bytes() == (products.FOLDER / "steel" / name).read_bytes(), name


def test_a_heading_with_a_value_is_as_printed(lines, shared):
    printed = {(row.origin, row.cn): row for row in defaults(shared) if row.cn == "7208" and row.total}
    made = {line[1]: line for line in lines if line[0] == "7208"}
    assert set(made) == {origin for origin, _ in printed}
    for origin, line in made.items():
        assert Decimal(line[4]) == Decimal(printed[origin, "7208"].direct) * 1000
        assert line[7] == f"cbam {printed[origin, '7208'].route}".strip()


def test_a_code_of_several_goods_is_their_mean_and_says_so(lines):
    """720711 of China has three goods at 3.168785 and one at 3.313644; 720890 has one value, that of 7208."""
    found = {line[0]: line for line in lines if line[1] == "CHN" and line[3] == "CO2e direct"}
    assert float(found["720711"][4]) == pytest.approx((3 * 3.168785 + 3.313644) / 4 * 1000, abs=5e-4)  # kg, 3 decimals
    assert found["720711"][6] == "mean of 4 of 4 codes"
    assert found["720890"][4] == "3186.893"
    assert found["720890"][6] == ""


def test_direct_and_indirect_are_apart(lines):
    ore = {line[3]: line[4] for line in lines if line[:2] == ("260112", "CHN")}
    assert ore == {"CO2e direct": "200", "CO2e indirect": "60"}  # China, agglomerated ore, 0.2 and 0.06 as printed


def test_what_has_no_value_has_no_row(lines):
    assert all(float(line[4]) > 0 for line in lines)
    assert not [line for line in lines if line[1] == "ALB"]  # the sheet has no steel of Albania


def test_other_countries_stand_in_and_say_so(lines):
    assert {line[6] for line in lines if line[1] == "*"} == {build_steel.FALLBACK, build_steel.WORLD}
