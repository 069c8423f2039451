import pytest
from hypothesis import given
from hypothesis import strategies as st
from product_systems import CO2, chain, emitted, heijungs_suh, inventory, made, product, random_system, taken

from tanheng.accounts.products.upstream import upstream
from tanheng.errors import QuestionError
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Process

EXACT = 1e-12  # a few roundings of double precision


def test_the_tree_of_heijungs_and_suh() -> None:
    """1000 kWh: 100 kg at the plant, and behind it 200 l of fuel with 20 kg."""
    tree = upstream(heijungs_suh(), {"power": 1000}, CO2.name)
    assert tree.total == pytest.approx(120, rel=EXACT)
    assert tree.frame["process"].tolist() == ["electricity", "fuel"]
    assert tree.frame["amount"].tolist() == pytest.approx([1000, 200], rel=EXACT)
    assert tree.frame["total"].tolist() == pytest.approx([120, 20], rel=EXACT)
    assert tree.frame["direct"].tolist() == pytest.approx([100, 20], rel=EXACT)
    assert tree.remainder == pytest.approx(0, abs=1e-12 * 120)


def test_branches_below_the_threshold_are_the_remainder() -> None:
    """Of 68.6 kg the heat behind the glass is 1.0, the freight 1.0, the waste 0.4: at 5 % they are left out."""
    tree = upstream(chain(), {"lamp": 1}, CO2.name, threshold=0.05)
    assert tree.frame["process"].tolist() == ["lamp", "power", "glass"]
    assert tree.frame["stage"].tolist() == ["production", "use", "production"]
    assert tree.remainder == pytest.approx(1.0 + 1.0 + 0.4, rel=1e-9)
    assert tree.frame["parent"].tolist() == [-1, 0, 0]


def test_a_branch_small_at_its_root_is_followed_to_what_is_behind_it() -> None:
    flows = [product("a"), product("b"), product("c")]
    a = Process("a", "a", (made("a"), taken("b", 1), emitted(1)), 0)
    b = Process("b", "b", (made("b"), taken("c", 1)), 0)  # emits nothing itself
    c = Process("c", "c", (made("c"), emitted(9)), 0)
    tree = upstream(assemble(inventory(flows, [a, b, c])), {"a": 1}, CO2.name, threshold=0.5)
    assert tree.frame["process"].tolist() == ["a", "b", "c"]
    assert tree.frame["direct"].tolist() == [1, 0, 9]


def test_a_loop_goes_round_until_it_is_too_small() -> None:
    """A maker that takes half of what it makes: 1, 1/2, 1/4, ... of 2 in all; from 1 % on seven rounds follow."""
    a = Process("a", "a", (made("a"), taken("b", 1), emitted(1)), 0)
    b = Process("b", "b", (made("b"), taken("a", 0.5)), 0)
    tree = upstream(assemble(inventory([product("a"), product("b")], [a, b])), {"a": 1}, CO2.name, threshold=0.01)
    rounds = tree.frame[tree.frame["process"] == "a"]
    assert rounds["total"].tolist() == pytest.approx([2 / 2**i for i in range(len(rounds))], rel=1e-9)
    assert len(rounds) == 7  # 2 / 2^6 = 0.031 is above 1 % of 2, 2 / 2^7 = 0.016 below
    assert float(tree.frame["direct"].sum()) + tree.remainder == pytest.approx(2, rel=1e-9)


@given(st.integers(0, 10_000), st.floats(0.001, 0.5))
def test_the_listed_and_the_rest_are_the_whole(seed: int, threshold: float) -> None:
    system, _, _ = random_system(seed)
    tree = upstream(system, {"p0": 1}, CO2.name, threshold=threshold)
    below = tree.frame.merge(tree.frame[["parent", "total"]], left_on="node", right_on="parent", suffixes=("", "_of"))
    assert tree.frame["direct"].sum() + tree.remainder == pytest.approx(tree.total, rel=1e-9)
    assert (tree.frame["total"].iloc[1:].abs() >= threshold * tree.total * (1 - 1e-9)).all()
    # what is listed below a branch is never more than what is behind it (all is positive here); 1e-9 for rounding
    assert (below.groupby("node")["total_of"].sum() <= below.groupby("node")["total"].first() * (1 + 1e-9)).all()


def test_limits_and_wrong_questions() -> None:
    assert len(upstream(chain(), {"lamp": 1}, CO2.name, threshold=1e-6, limit=2).frame) == 2
    with pytest.raises(QuestionError, match="threshold of 2"):
        upstream(chain(), {"lamp": 1}, CO2.name, threshold=2)
    with pytest.raises(QuestionError, match="takes no Carbon dioxide"):
        upstream(chain(), {"lamp": 0}, CO2.name)
