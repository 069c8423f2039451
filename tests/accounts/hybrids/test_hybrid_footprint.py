"""The hybrid footprint: by hand, its identities, its stages and credits."""

import numpy as np
import pytest
from hybrid_systems import columns, one_sector, power, priced
from hypothesis import given, settings
from hypothesis import strategies as st
from product_systems import chain, inventory, made, product, random_system, taken
from tables import flat, random_table

from tanheng.accounts import hybrid_footprint, life_cycle, tidy
from tanheng.errors import QuestionError
from tanheng.systems.assembly import assemble
from tanheng.systems.hybrid import join
from tanheng.systems.inventory import Exchange, Flow, Process
from tanheng.systems.own_output import Sale, Sales
from tanheng.systems.process import LINES

TABLE = one_sector()
REPAIR = taken("repair", 2, "h")  # for 10 kWh
PRICES = priced(TABLE, "repair", 0.8, "h")
CO2 = "Carbon dioxide, fossil"
DEMAND = {"power": 1000}


def rows(result) -> dict[tuple[str, ...], float]:
    frame = tidy(result)
    dims = [str(dim) for dim in result.dims if dim != "stressor"]
    return {tuple(row[dim] for dim in dims): row["value"] for row in frame.to_dict("records") if row["value"]}


def test_tiered_by_hand():
    """1000 kWh: 120 kg as Heijungs and Suh have them, and 200 h of repair: 160 USD, of 0.625 kg each."""
    found = hybrid_footprint(join(power(REPAIR), TABLE, PRICES), DEMAND, ("component",))
    assert rows(found) == pytest.approx({("process",): 120, ("purchases",): 100}, rel=1e-9)
    assert found.attrs["units"] == "kg"
    assert found.attrs["approach"] == "hybrid"
    assert found.attrs["base_hash"] == TABLE.hash
    assert found.attrs["demand"] == "1000 kWh power (electricity)"


def test_integrated_by_hand():
    """Of the table without a tenth of its sector: 18 kWh go into 90 USD of output, which uses 16.2 of itself.

    A kWh takes 0.16 / (90 - 16.2) of that output, and that 18 kWh: g comes back of each, 1 / (1 - g) in all.
    """
    sales = Sales((Sale("power", 100, "kWh"),), priced(TABLE, "power", 0.1, "kWh"))
    found = hybrid_footprint(join(power(REPAIR), TABLE, PRICES, sales=sales), DEMAND, ("component",))
    scale = 0.16 / (90 - 16.2)
    times = 1 / (1 - 18 * scale)
    expected = {("process",): 120 * times, ("purchases",): 1000 * scale * times * 45}
    assert rows(found) == pytest.approx(expected, rel=1e-9)
    assert found.attrs["method"].startswith("integrated")


def test_the_lines_of_components_stand_apart():
    found = hybrid_footprint(join(power(REPAIR), TABLE, PRICES), DEMAND, "sector,process")
    expected = {("process", "electricity"): 100, ("process", "fuel"): 20, ("all", "purchases"): 100}
    assert rows(found) == pytest.approx(expected, rel=1e-9)


def test_without_purchases_it_is_the_life_cycle():
    table = random_table(3, regions=["CHN", "DEU", "ROW"])
    hybrid, by = join(chain(), table, stressors={"k0": CO2}), ("region", "stage", "process")
    found = hybrid_footprint(hybrid, {"lamp": 3}, by, stressor="k0").sel(process=list(chain().process_names))
    alone = life_cycle(chain(), {"lamp": 3}, by)
    compared = found.sel(region=alone["region"], stage=alone["stage"]).values
    np.testing.assert_allclose(compared, alone.values, rtol=1e-12)
    assert found.sum() == pytest.approx(alone.sum().item(), rel=1e-12)  # and nothing elsewhere


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_tiered_is_the_sum_of_its_two_parts(seed):
    """Q M⁻¹ k + m C_u M⁻¹ k, by numpy; with every stage that the exchanges are tagged with."""
    system, M, q = random_system(seed, 6)
    table = random_table(seed)
    Z, _, F, x = flat(table)
    rng = np.random.default_rng(seed)
    bought = {f"p{j}": rng.exponential(1, len(x)) for j in range(6)}
    hybrid = join(system, table, recipe=columns(table, bought), stressors={"k0": CO2})
    k = rng.random(6)
    t = np.linalg.solve(M, k)
    m = np.linalg.solve((np.eye(len(x)) - Z / x).T, F[0] / x)
    found = hybrid_footprint(hybrid, {f"p{j}": k[j] for j in range(6)}, "component,stage")
    parts = found.sum("stage").values[0]
    direct = np.array([part @ q for part in system.activity_by_line(k).values()])
    assert parts[0] == pytest.approx(q @ t, rel=1e-9)
    assert parts[1] == pytest.approx(1e6 * m @ (np.column_stack(list(bought.values())) @ t), rel=1e-9)  # kt in kg
    assert direct.sum() == pytest.approx(parts[0], rel=1e-9)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_integrated_is_the_multipliers_of_the_whole(seed):
    """Every line of the footprint together are what one row of multipliers says, which is solved otherwise."""
    system, _, _ = random_system(seed, 5)
    table = random_table(seed, regions=["a", "b", "c"])
    rng = np.random.default_rng(seed)
    bought = columns(table, {f"p{j}": rng.uniform(0, 0.02, 9) for j in range(5)})
    x = float(table.x.values[1, 2])
    sales = Sales((Sale("p1", 50.0, "kg"),), priced(table, "p1", 0.1 * x / 50, place=("b", "s2")))
    hybrid = join(system, table, recipe=bought, sales=sales, stressors={"k0": CO2})
    k = rng.random(5)
    found = hybrid_footprint(hybrid, {f"p{j}": k[j] for j in range(5)}, "region,sector,component,stage,process")
    assert float(found.sum()) == pytest.approx(1e6 * float(hybrid.multipliers.products[0] @ k), rel=1e-9)
    assert found.attrs["solve_residual"] <= 1e-10


def test_a_purchase_is_in_the_stage_of_its_exchange_and_all_behind_it_too():
    """Repair in use, 160 USD; the plant itself is production. A lamp's purchases are where the lamp is used."""
    kept = taken("repair", 2, "h", stage="use")
    found = hybrid_footprint(join(power(kept), TABLE, PRICES), DEMAND)
    expected = {("process", "production"): 120, ("purchases", "use"): 100}
    assert rows(found) == pytest.approx(expected, rel=1e-9)
    again = hybrid_footprint(join(power(REPAIR), TABLE, PRICES), DEMAND)
    expected = {("process", "production"): 120, ("purchases", "production"): 100}
    assert rows(again) == pytest.approx(expected, rel=1e-9)


def credited():
    """A boiler whose heat takes 2 h of repair, and makes less power necessary: 5 kWh and 0.5 h a unit."""
    flows = [product("heat", "MJ"), product("power", "kWh"), product("repair", "h")]
    co2 = Exchange("CO2", 3, "kg", "output")
    less = [Exchange("power", 5, "kWh", "output", avoided=True), Exchange("repair", 0.5, "h", "output", avoided=True)]
    boiler = Process("heat", "heat", (made("heat", 1, "MJ"), taken("repair", 2, "h"), co2, *less), 0)
    emitted = Exchange("CO2", 0.5, "kg", "output")
    plant = Process("power", "power", (made("power", 1, "kWh"), taken("repair", 0.2, "h"), emitted), 0)
    return assemble(inventory(flows, [boiler, plant]))


def test_credits_are_a_stage_of_their_own_by_hand():
    """Of 1 MJ: 3 kg, and 2 h at 0.8 USD of 0.625 kg; avoided are 5 kWh of 0.5 kg and 0.2 h each, and half an hour."""
    found = hybrid_footprint(join(credited(), TABLE, PRICES), {"heat": 1}, "component")
    an_hour = 0.8 * 0.625
    assert rows(found) == pytest.approx({
        ("process", "production"): 3, ("process", "credit"): -2.5,
        ("purchases", "production"): 2 * an_hour, ("purchases", "credit"): -(1 + 0.5) * an_hour,
    }, rel=1e-9)  # fmt: skip


def test_all_lines_of_an_integrated_hybrid_with_credits_are_its_netted_solution():
    """M as it is, avoided products and all, and the sectors, solved densely by numpy as one system."""
    table = random_table(7, regions=["one", "b", "c"])
    rng = np.random.default_rng(7)
    repair = columns(table, {"repair": rng.uniform(0, 0.1, 9)}, "h")
    price = 0.2 * float(table.x.values[0, 1]) / 100
    sales = Sales((Sale("heat", 100, "MJ"),), priced(table, "heat", price, "MJ", ("one", "s1")))
    hybrid = join(credited(), table, repair, sales=sales, stressors={"k1": CO2})
    found = hybrid_footprint(hybrid, {"heat": 10}, "component,stage")
    rest = hybrid.rest
    W = np.diag(rest.x.values.ravel()) - rest.Z.values.reshape(9, 9)
    whole = np.block([[hybrid.process.M.toarray(), -hybrid.downstream.toarray()], [-hybrid.upstream.toarray(), W]])
    run = np.linalg.solve(whole, np.r_[10, np.zeros(10)])
    assert "credit" in found.indexes["stage"]
    expected = hybrid.Q.toarray()[0] @ run[:2] + hybrid.F[0] @ run[2:]
    assert float(found.sum()) == pytest.approx(
        1e6 * expected, rel=1e-8
    )  # a dense solve of the whole beside two by parts


def test_the_order_of_processes_changes_nothing():
    flows = [product("power", "kWh"), product("fuel", "l"), product("repair", "h")]
    plant = Process("power", "electricity", (made("power", 10, "kWh"), taken("fuel", 2, "l"), REPAIR,
                    Exchange("CO2", 1, "kg", "output")), 0, "one")  # fmt: skip
    well = Process("fuel", "fuel", (made("fuel", 100, "l"), Exchange("CO2", 10, "kg", "output")), 0, "one")
    one, other = (assemble(inventory(flows, them)) for them in ([plant, well], [well, plant]))
    totals = [rows(hybrid_footprint(join(system, TABLE, PRICES), DEMAND)) for system in (one, other)]
    assert totals[0] == pytest.approx(totals[1], rel=1e-12)


def test_what_cannot_be_asked_is_said():
    hybrid = join(power(REPAIR), TABLE, PRICES)
    with pytest.raises(QuestionError, match="no dimension 'stages'; did you mean stage"):
        hybrid_footprint(hybrid, DEMAND, "stages")
    with pytest.raises(QuestionError, match="no stressor 'CH4'"):
        hybrid_footprint(hybrid, DEMAND, stressor="CH4")
    with pytest.raises(QuestionError, match="process steel is not known"):
        hybrid_footprint(hybrid, {"steel": 1})
    unlinked = join(power(REPAIR), random_table(1))
    with pytest.raises(QuestionError, match="share no stressor"):
        hybrid_footprint(unlinked, DEMAND)
    with pytest.raises(QuestionError, match="what the processes emit of k1 is not known"):
        hybrid_footprint(unlinked, DEMAND, stressor="k1")


def test_a_stressor_with_another_unit_stays_in_the_tables():
    flows = [product("P"), Flow("e", "energy", "elementary", "MJ")]
    system = assemble(inventory(flows, [Process("P", "P", (made("P"), Exchange("e", 5, "MJ", "output")), 0)]))
    about = {"name": "energy", "year": 2009, "currency": "USD", "units": {"energy": "TJ"}}
    table = type(TABLE).from_arrays([[20]], [[80]], [[50]], regions=["one"], sectors=["all"], demand=["final"],
                                    stressors=["energy"], about=about)  # fmt: skip
    found = hybrid_footprint(join(system, table), {"P": 1000}, "component")
    assert found.attrs["units"] == "TJ"
    assert float(found.sum()) == pytest.approx(0.005)


def test_every_line_is_one_of_ours():
    found = hybrid_footprint(join(credited(), TABLE, PRICES), {"heat": 1}, "stage")
    assert set(found.indexes["stage"]) <= set(LINES)
