"""Concordances: declared weights that give every source label away whole."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

from tanheng.errors import InputError, LabelError, QuestionError
from tanheng.labels import Concordance, sector_name

WIOD_35 = [f"c{i}" for i in range(1, 36)]
WIOD_23 = "c1 c2 c3 c4-5 c6-7 c8 c9 c10 c11 c12 c13 c14 c15 c16 c17 c18 c19-22 c23 c24 c25 c26-27 c28-30 c31-35"


def _write(folder: Path, text: str) -> Path:
    path = folder / "c.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_embedded_one_joins_35_sectors_to_23_by_their_numbers() -> None:
    c = Concordance.embedded("wiod-35-to-23", WIOD_35)
    assert list(c.source) == WIOD_35
    assert " ".join(c.target) == WIOD_23
    for source, row in zip(c.source, c.weights, strict=True):
        first, _, last = c.target[int(row.argmax())][1:].partition("-")
        assert int(first) <= int(source[1:]) <= int(last or first)
    assert all(sector_name(target, "zh", "wiod-23") for target in c.target)


def test_an_unknown_embedded_one_names_the_known() -> None:
    with pytest.raises(QuestionError, match="did you mean wiod-35-to-23"):
        Concordance.embedded("wiod-35-23")


def test_declared_weights_keep_totals(tmp_path: Path) -> None:
    path = _write(tmp_path, "source,target,weight\na,x,0.1\na,y,0.2\na,z,0.7\nb,z,1\n")
    c = Concordance.read(path)
    assert np.allclose(c.weights, [[0.1, 0.2, 0.7], [0, 0, 1]])
    values = np.array([10.0, 3.0])
    assert (values @ c.weights).sum() == pytest.approx(13)


def test_matrix_follows_the_order_asked_for(tmp_path: Path) -> None:
    c = Concordance.read(_write(tmp_path, "source,target\na,x\nb,y\n"))
    assert c.matrix(["b", "a"]).tolist() == [[0, 1], [1, 0]]
    assert c.matrix() is c.weights
    with pytest.raises(LabelError, match="label c is not known"):
        c.matrix(["a", "b", "c"])
    with pytest.raises(LabelError, match="source label b is not known"):
        c.matrix(["a"])


def test_it_is_frozen() -> None:
    given = np.eye(2)
    c = Concordance(("a", "b"), ("x", "y"), given)
    given[0, 0] = 5
    assert c.weights[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        c.weights[0, 0] = 2
    with pytest.raises(FrozenInstanceError):
        c.source = ("z",)  # type: ignore[misc]


def test_from_groups_covers_both_ways() -> None:
    with pytest.raises(LabelError, match=r"source label c5 goes nowhere; add a line"):
        Concordance.from_groups({"x": ["c4"]}, ["c4", "c5"])
    with pytest.raises(LabelError, match=r"source label c44 is not known; did you mean c4\?"):
        Concordance.from_groups({"x": ["c4", "c44"]}, ["c4"])
    with pytest.raises(InputError, match="the weights of c4 sum to 2, not 1"):
        Concordance.from_groups({"x": ["c4"], "y": ["c4"]}, ["c4"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no lines"),
        ("source,target\n", "has no lines"),
        ("sources,target\na,x\n", "has no column source (did you mean sources?)"),
        ("source,target\na,\n", "c.csv line 2: source or target is empty"),
        ("source,target,weight\na,x,half\n", "c.csv line 2: weight half is not a number"),
        ("source,target,weight\na,x\n", "c.csv line 2: weight (empty) is not a number"),
        ("source,target,weight\na,x,nan\n", "weight nan is not a number"),
        ("source,target,weight\na,x,1.5\na,y,-0.5\n", "the weight of a to y is -0.5"),
        ("source,target,weight\na,x,0.333\na,y,0.666\n", "the weights of a sum to 0.999, not 1"),
        ("source,target\na,x\na,x\n", "link a x occurs twice"),
        ("source,target,weight\na,x,1\na,y,0\n", "nothing goes to target label y"),
    ],
)
def test_bad_files_end_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        Concordance.read(_write(tmp_path, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_and_a_binary_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Concordance.read(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a CSV file in UTF-8"):
        Concordance.read(tmp_path / "b.csv")


def test_weights_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match=r"weights are \(2, 2\), not \(2, 1\)"):
        Concordance(("a", "b"), ("x",), np.eye(2))
