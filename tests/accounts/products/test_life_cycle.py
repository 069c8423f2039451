import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from product_systems import CO2, chain, emitted, heijungs_suh, inventory, made, product, random_system, taken

from tanheng.accounts.products.life_cycle import life_cycle
from tanheng.accounts.products.upstream import upstream
from tanheng.accounts.result import tidy
from tanheng.errors import QuestionError, SingularError
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Exchange, Flow, Process

EXACT = 1e-12  # of the total: a few roundings of double precision


def test_heijungs_and_suh_is_120_kg() -> None:
    """Heijungs and Suh 2002, ch. 2: 1000 kWh run the plant 100 times and the well twice: 100 + 20 kg."""
    by_process = life_cycle(heijungs_suh(), {"power": 1000}, "process")
    assert by_process.sel(process="electricity").item() == pytest.approx(100, rel=EXACT)
    assert by_process.sel(process="fuel").item() == pytest.approx(20, rel=EXACT)
    assert by_process["unit"].item() == "kg"


def test_every_exchange_takes_what_is_behind_it_into_its_stage() -> None:
    """By hand: glass 2 x (3 + 0.5) and 0.2 of the lamp itself; 10 x 0.1; 100 x 0.6; 1 x 0.4."""
    result = life_cycle(chain(), {"lamp": 1}).squeeze("stressor")
    want = {"production": 7.2, "transport": 1.0, "use": 60.0, "disposal": 0.4}
    assert result.to_series().to_dict() == pytest.approx(want, rel=EXACT)


def test_without_stages_of_exchanges_processes_keep_their_own() -> None:
    result = life_cycle(chain({}), {"lamp": 1}).squeeze("stressor")
    assert result.to_series().to_dict() == pytest.approx({"production": 68.6}, rel=EXACT)


def test_places_and_stages_together() -> None:
    result = life_cycle(chain(), {"lamp": 3}, "region,stage").squeeze("stressor")
    assert result.dims == ("region", "stage")
    assert result.sel(region="CHN", stage="production").item() == pytest.approx(21.6, rel=EXACT)
    assert result.sel(region="DEU", stage="use").item() == pytest.approx(180, rel=EXACT)
    assert result.sel(region="CHN", stage="use").item() == 0


def test_what_is_avoided_is_a_line_of_its_own_and_never_netted() -> None:
    """A burner sells 1 MJ of heat: 0.5 kg emitted elsewhere in less amount for its 2 kg."""
    burner = Process(
        "burner",
        "burner",
        (taken("waste", 1), emitted(2), Exchange("heat", 1, "MJ", "output", avoided=True)),
        0,
    )
    heat = Process("heat", "heat", (made("heat", 1, "MJ"), emitted(0.5)), 0)
    waste = product("waste")
    system = assemble(inventory([waste, product("heat", "MJ")], [burner, heat]))
    by_stage = life_cycle(system, {"burner": 1}).squeeze("stressor").to_series().to_dict()
    assert by_stage == pytest.approx({"production": 2.0, "credit": -0.5}, rel=EXACT)
    whole = life_cycle(system, {"burner": 1}, ()).squeeze("stressor").to_series().to_dict()
    assert whole == pytest.approx({"burden": 2.0, "credit": -0.5}, rel=EXACT)


def test_a_credit_behind_a_stage_is_not_netted_in_it() -> None:
    """A lamp is burnt after its use (stage disposal): 2 kg are emitted, 0.5 kg saved by the heat sold."""
    burner = Process(
        "burner", "burner", (taken("lamp", 1), emitted(2), Exchange("heat", 1, "MJ", "output", avoided=True)), 0
    )
    heat = Process("heat", "heat", (made("heat", 1, "MJ"), emitted(0.5)), 0)
    light = Process("light", "light", (made("light", 1, "h"), Exchange("lamp", 1, "kg", "output", stage="disposal")), 0)
    flows = [Flow("lamp", "old lamp", "waste", "kg"), product("heat", "MJ"), product("light", "h")]
    system = assemble(inventory(flows, [light, burner, heat]))
    by_stage = life_cycle(system, {"light": 1}).squeeze("stressor").to_series().to_dict()
    assert by_stage == pytest.approx({"production": 0, "disposal": 2.0, "credit": -0.5}, rel=EXACT)
    tree = upstream(system, {"light": 1}, CO2.name)
    assert tree.frame.set_index("process")["stage"].to_dict()["heat"] == "credit"


@given(st.integers(0, 10_000), st.floats(0.01, 1e6))
def test_stages_add_up_to_the_total_and_demand_scales_it(seed: int, amount: float) -> None:
    system, M, q = random_system(seed)
    want = amount * float(q @ np.linalg.solve(M, np.eye(len(q))[0]))
    by_stage = life_cycle(system, {"p0": amount})
    by_all = life_cycle(system, {"p0": amount}, "stage,process")
    # 1e-9: the conservation that all accounts are held to; column sums of 0.8 keep the system far from singular
    assert float(by_stage.sum()) == pytest.approx(want, rel=1e-9)
    assert np.allclose(by_all.sum("process"), by_stage, rtol=1e-9, atol=1e-9 * want)


@given(st.floats(0, 0.95))
def test_a_closed_loop_is_its_geometric_series(share: float) -> None:
    """A process that takes ``share`` of its own product emits 1 / (1 - share)."""
    flows = [product("a"), product("b")]
    a = Process("a", "a", (made("a"), taken("b", share), emitted(1)), 0)
    b = Process("b", "b", (made("b"), taken("a", 1)), 0)
    result = life_cycle(assemble(inventory(flows, [a, b])), {"a": 1})
    assert float(result.sum()) == pytest.approx(1 / (1 - share), rel=1e-9)


def test_a_loop_that_gains_is_refused() -> None:
    """L makes 1 a of 2 b, R makes 1 b of 1 a: the more is made the less is left, and the footprint would be -3."""
    left = Process("L", "L", (made("a"), taken("b", 2), emitted(1)), 0)
    right = Process("R", "R", (made("b"), taken("a", 1), emitted(1)), 0)
    system = assemble(inventory([product("a"), product("b")], [left, right]))
    for ask in (lambda: life_cycle(system, {"L": 1}), lambda: upstream(system, {"L": 1}, CO2.name)):
        with pytest.raises(SingularError, match="a loop uses more of a product than it makes of it"):
            ask()


def test_a_negative_input_of_a_product_is_a_credit() -> None:
    """1 p takes -0.5 q of 2 kg: q is made less of elsewhere."""
    p = Process("p", "p", (made("p"), taken("q", -0.5), emitted(0)), 0)
    q = Process("q", "q", (made("q"), emitted(2)), 0)
    system = assemble(inventory([product("p"), product("q")], [p, q]))
    by_stage = life_cycle(system, {"p": 1}).squeeze("stressor").to_series().to_dict()
    assert by_stage == pytest.approx({"production": 0.0, "credit": -1.0}, rel=EXACT)
    assert [one.check for one in system.findings] == ["negative-avoided"]


def test_a_result_tells_what_it_is_of() -> None:
    result = life_cycle(heijungs_suh(), {"power": 1000})
    assert result.attrs["demand"] == "1000 kWh power (electricity)"
    assert len(result.attrs["table_hash"]) == 64
    assert list(tidy(result).columns) == ["account", "stressor", "unit", "year", "stage", "value"]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (lambda s: life_cycle(s, {"pwer": 1}), "process pwer is not known; did you mean power"),
        (lambda s: life_cycle(s, {"power": 1}, "stages"), "no dimension 'stages'; did you mean stage"),
        (lambda s: life_cycle(s, {"power": 1}, stressor="CH4"), f"no stressor 'CH4'.*{CO2.name}"),
    ],
)
def test_a_wrong_question_is_one_line(question: object, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        question(heijungs_suh())  # type: ignore[operator]
