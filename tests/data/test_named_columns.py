"""Small tables of named columns: lines have their place, and what does not fit is refused with it."""

import pytest

from tanheng.data.named_columns import lines, named
from tanheng.errors import InputError, MissingError


def read(text, filled=()):
    return list(named(lines(text, "a.csv", 2), ("unit", "value"), "a.csv", filled))


def test_cells_go_by_the_name_of_their_column_and_empty_lines_are_left_out():
    told = read("Value, unit\n1, kg\n,\n\n2\n")
    assert told == [("a.csv line 4", {"value": "1", "unit": "kg"}), ("a.csv line 7", {"value": "2"})]


def test_a_quoted_cell_over_two_lines_does_not_move_the_place_of_the_next():
    assert [place for place, _ in read('unit\n"k\ng"\nt\n')] == ["a.csv line 5", "a.csv line 6"]


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("units\n", InputError, "line 3: column 'units' is not known; did you mean unit"),
        ("unit,unit\n", InputError, "line 3: column 'unit' is there twice"),
        ("unit\nkg\n", InputError, "line 3: has no column value; columns are unit, value"),
        ("value\n1,2\n", InputError, "line 4: has 2 cells, the header has 1; put quotes"),
        ("value,\n1,kg\n", InputError, "line 4: 'kg' stands in a column without a name"),
        ("value,unit\n,kg\n", MissingError, "line 4: value is empty"),
        ("", InputError, "a.csv: has no column value"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(text, error, said):
    with pytest.raises(error, match=said):
        read(text, ("value",))
