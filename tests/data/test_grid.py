"""Text files of numbers: read to the last bit, in pieces, and their first flaw named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.data import archive, grid
from tanheng.errors import InputError, LabelError, MissingError

TABS = "region\t\tA\tA\nsector\t\tx\ty\nregion\tsector\t\t\nA\tx\t1\t2\nA\ty\t-3.5\t4e-300\n"


def entry(path: Path, text: str | bytes) -> archive.Entry:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return archive.open(path).entries[0]


@pytest.fixture(params=[1 << 22, 7])  # bytes of a block: all at once, and less than a line
def blocks(request, monkeypatch):
    monkeypatch.setattr(grid, "_BLOCK", request.param)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", ["\t", ",", ";"])
def test_two_header_rows_two_index_columns_and_a_line_of_names(tmp_path, separator, end):
    read = grid.read(entry(tmp_path / "A.txt", TABS.replace("\t", separator).replace("\n", end)), 2)
    assert read.columns == [("A", "x"), ("A", "y")] == read.rows
    assert read.values.tolist() == [[1, 2], [-3.5, 4e-300]]


@pytest.mark.usefixtures("blocks")
def test_a_file_without_labels(tmp_path):
    read = grid.read(entry(tmp_path / "T.txt", "1\t2\t3\n4\t5\t6"), 0, header=0)
    assert (read.columns, read.rows) == ([], [(), ()])
    assert read.values.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_separator_at_the_end_of_each_line(tmp_path):
    read = grid.read(entry(tmp_path / "T.txt", "1\t2\t\n3\t4\t\n"), 0, header=0)
    assert read.values.tolist() == [[1, 2], [3, 4]]
    labelled = grid.read(entry(tmp_path / "F.txt", "\tA\tB\t\nCO2\t1\t2\t\n"), 1, header=1)
    assert (labelled.columns, labelled.values.tolist()) == (["A", "B"], [[1, 2]])


def test_labels_in_quotation_marks_may_hold_a_separator(tmp_path):
    text = '"","A, b","C"\n"x, ""y""",1,"2"\nz,3,4\n'
    read = grid.read(entry(tmp_path / "F.csv", text), 1, header=1)
    assert (read.columns, read.rows) == (["A, b", "C"], ['x, "y"', "z"])
    assert read.values.tolist() == [[1, 2], [3, 4]]


def test_a_scale(tmp_path):
    assert grid.read(entry(tmp_path / "T.txt", "1\t2\n"), 0, header=0, scale=1e-3).values.tolist() == [[0.001, 0.002]]


@pytest.mark.usefixtures("blocks")
@given(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3), min_size=1))
def test_every_number_is_read_to_the_last_bit(tmp_path_factory, rows):
    text = "".join("\t".join(map(repr, row)) + "\n" for row in rows)
    read = grid.read(entry(tmp_path_factory.mktemp("g") / "T.txt", text), 0, header=0)
    assert np.array_equal(read.values, np.array(rows))


def test_pieces_are_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "_BLOCK", 64)
    numbers = np.arange(300.0).reshape(100, 3)
    text = "".join(f"r{at},{','.join(map(str, row))}\n" for at, row in enumerate(numbers.tolist()))
    file = entry(tmp_path / "T.csv", "," + "a,b,c\n" + text)
    pieces = [block for _, block in grid.blocks(file, 1, header=1)]
    assert len(pieces) > 5
    assert np.array_equal(np.concatenate([piece.values for piece in pieces]), numbers)
    assert [label for piece in pieces for label in piece.rows] == [(f"r{at}",) for at in range(100)]
    assert [piece.first for piece in pieces] == np.cumsum([0, *(len(p.rows) for p in pieces[:-1])]).tolist()


FLAWS = {
    "short": ("A\ty\t-3.5", InputError, "line 5: row A y has 3 cells, the header has 4"),
    "long": ("A\ty\t1\t2\t3", InputError, "line 5: row A y has 5 cells, the header has 4"),
    "word": ("A\ty\t1\tmuch", InputError, "line 5: row A y, column A y holds 'much', not a number"),
    "comma": ("A\ty\t1\t1,5", InputError, "holds '1,5', not a number; write it like 1234.5, with a decimal point"),
    "empty": ("A\ty\t1\t", MissingError, "line 5: row A y, column A y is empty; a missing number is not zero"),
    "nan": ("A\ty\tNaN\t1", MissingError, "line 5: row A y, column A x is NaN"),
    "infinite": ("A\ty\tinf\t1", InputError, "line 5: row A y, column A x holds 'inf'"),
    "no label": ("\ty\t1\t1", LabelError, "line 5: the row has no label"),
    "blank": ("\nA\ty\t1\t1", InputError, "line 5: the line is empty"),
    "latin": (b"A\t\xe9\t1\t1", InputError, "line 5: is not text in UTF-8"),
}


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("flaw", FLAWS)
def test_the_first_flaw_is_named_by_its_line(tmp_path, flaw):
    last, kind, said = FLAWS[flaw]
    head = "".join(TABS.splitlines(keepends=True)[:4]).encode()
    text = head + (last if isinstance(last, bytes) else last.encode()) + b"\n"
    with pytest.raises(kind) as caught:
        grid.read(entry(tmp_path / "A.txt", text), 2)
    assert said in str(caught.value)
    assert type(caught.value) is kind


def test_rows_whose_lengths_cancel_are_found(tmp_path):
    """Two rows with as many numbers together as they should have, one short and one long."""
    with pytest.raises(InputError, match="line 2: row has 2 cells, the first line has 3"):
        grid.read(entry(tmp_path / "T.txt", "1\t2\t3\n1\t2\n1\t2\t3\t4\n"), 0, header=0)


def test_blank_lines_at_the_end_are_passed_over(tmp_path):
    assert grid.read(entry(tmp_path / "T.csv", "1,2\n3,4\n,\n\n  \n"), 0, header=0).values.shape == (2, 2)


def test_a_file_without_rows_and_an_empty_one(tmp_path):
    with pytest.raises(InputError, match="has no rows of numbers; give two header rows"):
        grid.read(entry(tmp_path / "A.txt", "\t\tA\n\t\tx\n"), 2)
    with pytest.raises(InputError, match="is empty"):
        grid.read(entry(tmp_path / "B.txt", ""), 2)


def test_a_file_of_one_endless_line_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "_LONGEST", 1000)
    with pytest.raises(InputError, match="line 1: the line does not end"):
        grid.read(entry(tmp_path / "x.bin", b"0" * 2000), 0, header=0)


def test_the_shape_is_required(tmp_path):
    read = grid.read(entry(tmp_path / "T.txt", "1\t2\n"), 0, header=0)
    with pytest.raises(InputError, match=r"has 1 rows of 2 numbers, labels_T.txt need 2 rows of 2 numbers"):
        read.require_shape(2, 2, "labels_T.txt")
