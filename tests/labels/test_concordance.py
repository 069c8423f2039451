"""Concordances: declared weights that give every source label away whole."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tanheng.errors import InputError, LabelError, MissingError, QuestionError
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
        ("source,target,weight\na,x,1/0\n", "weight 1/0 is not a number"),
        ("source,target,weight\na,x,1/2/2\n", "weight 1/2/2 is not a number"),
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


def test_a_weight_may_be_a_fraction(tmp_path: Path) -> None:
    c = Concordance.read(_write(tmp_path, "source,target,weight\na,x,1/3\na,y,1/3\na,z,1/3\n"))
    assert c.weights.tolist() == [[1 / 3, 1 / 3, 1 / 3]]


def test_then_multiplies_and_leaves_out_what_nothing_goes_to() -> None:
    first = Concordance.from_links([("a", "x", 0.25), ("a", "y", 0.75), ("b", "y", 1)])
    second = Concordance.from_links([("x", "p", 1), ("y", "p", 0.5), ("y", "q", 0.5), ("z", "r", 1)], where="second")
    both = first.then(second)
    assert (both.source, both.target) == (("a", "b"), ("p", "q"))
    assert both.weights.tolist() == [[0.25 + 0.75 / 2, 0.75 / 2], [0.5, 0.5]]
    assert both.where == "concordance then second"
    with pytest.raises(LabelError, match="concordance then third: target label y is not known"):
        first.then(Concordance.from_links([("x", "p", 1)], where="third"))


def test_inverse_splits_by_output() -> None:
    joined = Concordance.embedded("wiod-35-to-23")
    output = dict.fromkeys(WIOD_35, 1.0) | {"c4": 3.0, "c5": 1.0}
    split = joined.inverse(output)
    assert split.source == joined.target
    assert split.target == joined.source
    row = split.weights[split.source.index("c4-5")]
    assert {split.target[at]: row[at] for at in np.flatnonzero(row)} == {"c4": 0.75, "c5": 0.25}


@pytest.mark.parametrize(
    ("proxies", "error", "said"),
    [
        ({"a": 1.0}, MissingError, "source label b has no proxy; give every source label a proxy"),
        ({"a": 1.0, "b": 1.0, "d": 1.0}, LabelError, "proxy d is not known"),
        ({"a": 1.0, "b": -1.0}, InputError, "the proxy of b is -1; proxies are amounts"),
        ({"a": 1.0, "b": float("nan")}, InputError, "the proxy of b is nan"),
        ({"a": 0.0, "b": 1.0}, InputError, "the proxies of x are all zero"),
    ],
)
def test_proxies_must_be_amounts_of_every_source(proxies: dict[str, float], error: type, said: str) -> None:
    with pytest.raises(error) as caught:
        Concordance.from_groups({"x": ["a"], "y": ["b"]}, ["a", "b"]).inverse(proxies)
    assert said in str(caught.value)


def test_a_source_without_share_is_not_dropped_in_silence() -> None:
    with pytest.raises(LabelError, match="nothing goes to target label b"):
        Concordance.from_groups({"x": ["a", "b"]}, ["a", "b"]).inverse({"a": 1, "b": 0})


# Amounts of a few orders of magnitude, so that a sum over four labels errs by rounding alone.
_AMOUNT = st.floats(0.01, 100)
CLOSE = 1e-12  # products and sums of a dozen shares: some tens of roundings of 1e-16 each


def _concordance(source: str, target: str) -> st.SearchStrategy[Concordance]:
    raw = arrays(np.float64, (len(source), len(target)), elements=_AMOUNT)
    return raw.map(lambda w: Concordance(tuple(source), tuple(target), w / w.sum(axis=1, keepdims=True)))


@given(_concordance("abcd", "pqr"), _concordance("pqr", "xy"), _concordance("xy", "uvw"))
def test_then_is_associative_and_keeps_totals(a: Concordance, b: Concordance, c: Concordance) -> None:
    left, right = a.then(b).then(c), a.then(b.then(c))
    assert left.target == right.target
    assert np.allclose(left.weights, right.weights, rtol=CLOSE, atol=0)
    assert np.allclose(left.weights.sum(axis=1), 1, rtol=CLOSE, atol=0)


@given(_concordance("abcd", "pqr"))
def test_the_identity_changes_nothing(a: Concordance) -> None:
    def same(labels: tuple[str, ...]) -> Concordance:
        return Concordance(labels, labels, np.eye(len(labels)))

    for one in (same(a.source).then(a), a.then(same(a.target))):
        assert (one.source, one.target) == (a.source, a.target)
        assert np.allclose(one.weights, a.weights, rtol=CLOSE, atol=0)


@given(_concordance("abcd", "pqr"), arrays(np.float64, 4, elements=_AMOUNT))
def test_the_inverse_gives_the_proxies_back(a: Concordance, amounts: np.ndarray) -> None:
    inverse = a.inverse(dict(zip(a.source, amounts, strict=True)))
    assert np.allclose(amounts @ a.weights @ inverse.weights, amounts, rtol=CLOSE, atol=0)


@given(st.lists(st.sampled_from("xyz"), min_size=4, max_size=4), arrays(np.float64, 4, elements=_AMOUNT))
def test_split_and_joined_again_a_group_is_itself(groups: list[str], amounts: np.ndarray) -> None:
    joined = Concordance.from_links((s, t, 1.0) for s, t in zip("abcd", groups, strict=True))
    again = joined.inverse(dict(zip("abcd", amounts, strict=True))).then(joined)
    assert again.source == again.target
    assert np.allclose(again.weights, np.eye(len(again.source)), rtol=0, atol=CLOSE)
