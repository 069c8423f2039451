"""Files of path exchanges; what is wrong in one is in tests/cli/test_reconciling.py."""

import pytest

from tanheng.data import path_exchanges
from tanheng.errors import InputError, UnitError
from tanheng.systems.path_exchange import PathExchange

FILE = """
stressor = "CH4"
source = "ours"
[[demand]]
region = "one"
sector = "all"
value = 2
unit = "million USD"
[[demand]]
region = "two"
sector = "all"
value = 3
[[exchange]]
path = "two:all > one:all"
value = 5
unit = "kg"
[[exchange]]
path = "one:all"
scope = "input"
value = 1
unit = "USD"
source = "a bill"
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "exchanges.toml"


def test_a_file_is_demand_in_its_units_and_exchanges_from_the_product_upward(file):
    file.write_text(FILE, encoding="utf-8")
    found = path_exchanges.read(file)
    assert found.stressor == "CH4"
    assert found.demand_in("thousand USD") == {("one", "all"): 2000.0, ("two", "all"): 3.0}
    assert found.exchanges == (
        PathExchange((("one", "all"), ("two", "all")), 5.0, "kg", "node", "ours"),
        PathExchange((("one", "all"),), 1.0, "USD", "input", "a bill"),
    )
    with pytest.raises(UnitError):
        found.demand_in("EUR")


def test_without_exchanges_or_stressor_it_asks_the_table(file):
    file.write_text('[[demand]]\nregion = "one"\nsector = "all"\nvalue = 1\n', encoding="utf-8")
    found = path_exchanges.read(file)
    assert (found.exchanges, found.stressor) == ((), None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "demands nothing; add"),
        ('[[demand]]\nregion = "one"\nsector = "all"\n', "demand 1: has no value"),
        ('[[demand]]\nregion = "a"\nsector = "b"\nvalue = 1\n' * 2, "a:b is demanded twice"),
        ('[demand]\nregion = "a"\n', "not a list of tables; write \\[\\[demand"),
    ],
)
def test_what_is_missing_is_named(file, text, said):
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        path_exchanges.read(file)


def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is not a file"):
        path_exchanges.read(tmp_path)
    with pytest.raises(InputError, match=r"nowhere\.toml"):
        path_exchanges.read(tmp_path / "nowhere.toml")
