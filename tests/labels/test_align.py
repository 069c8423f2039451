"""Convention 2: axes align by label, exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.errors import LabelError
from tanheng.labels import check_unique, positions, require_same


def _message(call, *args, **kwargs) -> str:
    with pytest.raises(LabelError) as caught:
        call(*args, **kwargs)
    text = str(caught.value)
    assert "\n" not in text
    return text


@given(st.lists(st.text(max_size=4), unique=True).flatmap(lambda have: st.tuples(st.just(have), st.permutations(have))))
def test_positions_reorder_any_permutation(pair: tuple[list[str], list[str]]) -> None:
    have, want = pair
    assert [have[at] for at in positions(want, have, what="region")] == want


def test_positions_are_integers_and_may_repeat_or_leave_out() -> None:
    at = positions(["c", "a", "c"], ["a", "b", "c"], what="sector")
    assert at.dtype == np.intp
    assert at.tolist() == [2, 0, 2]
    assert positions([], ["a"], what="sector").shape == (0,)


def test_unknown_names_the_nearest() -> None:
    text = _message(positions, ["CHNA"], ["CHN", "USA"], what="region", where="flows")
    assert text == "flows: region CHNA is not known; did you mean CHN?"


def test_same_labels_pass_whatever_the_sequence() -> None:
    require_same(("CHN", "USA"), ["CHN", "USA"], what="region")


def test_another_order_says_where_and_the_way_out() -> None:
    text = _message(require_same, ["DEU", "USA", "CHN"], ["DEU", "CHN", "USA"], what="region", where="Y.csv")
    assert text.startswith("Y.csv: region 2 is USA where CHN is due")
    assert "positions(want, have)" in text


@pytest.mark.parametrize(
    ("have", "said"),
    [
        (["CHN", "CHN", "USA"], "region CHN occurs twice; give every region once"),
        (["CHN", "DUE", "USA"], "region DUE is not known; did you mean DEU?"),
        (["CHN", "USA"], "region DEU is missing; add it"),
        (["CHN ", "DEU", "USA"], "region 'CHN ' is not known; did you mean CHN?"),
        (["", "DEU", "USA"], "region '' is not known; known are CHN, DEU, USA"),
        (["a\nb", "DEU", "USA"], r"region 'a\nb' is not known"),
    ],
)
def test_doubled_unknown_and_missing_are_told_apart(have: list[str], said: str) -> None:
    assert said in _message(require_same, have, ["CHN", "DEU", "USA"], what="region")


def test_two_level_labels_are_shown_as_words() -> None:
    want = [("CHN", "c1"), ("CHN", "c2")]
    text = _message(require_same, [("CHN", "c1"), ("CHN", "c3")], want, what="row", where="F.csv")
    assert text.startswith("F.csv: row CHN c3 is not known; did you mean CHN c")


def test_many_unknown_labels_stay_one_short_line() -> None:
    text = _message(require_same, [f"x{i}" for i in range(1000)], ["CHN"], what="region")
    assert "x0, x1, x2, x3, x4 and 995 more" in text
    assert len(text) < 200


def test_check_unique_names_every_doubled_label() -> None:
    assert "sector a, b occurs more than once" in _message(check_unique, "abaab", what="sector")
