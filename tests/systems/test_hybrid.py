"""Joining processes and a table: by hand, what is bought and what is not, places, and what cannot be joined."""

import numpy as np
import pytest
from hybrid_systems import columns, one_sector, power, priced
from product_systems import chain, heijungs_suh, taken
from tables import random_table

from tanheng.errors import QuestionError, UnitError, UnproductiveError
from tanheng.systems.finding import messages
from tanheng.systems.hybrid import NOWHERE, join
from tanheng.systems.own_output import Sale, Sales
from tanheng.systems.recipe import without_covered

TABLE = one_sector()
REPAIR = taken("repair", 2, "h")  # for 10 kWh


def found(hybrid):
    return {one.check: one for one in hybrid.findings}


def sales(quantity=100.0, price=0.1, **more):
    one = Sale("power", quantity, "kWh", **more)
    return Sales((one,), priced(TABLE, "power", price, "kWh"))


def test_what_an_input_costs_by_hand():
    """0.2 h of repair a kWh, at 0.8 USD: 0.16 USD, times 0.625 kg."""
    hybrid = join(power(REPAIR), TABLE, priced(TABLE, "repair", 0.8, "h"))
    assert hybrid.upstream.toarray().tolist() == [[pytest.approx(0.16), 0]]
    assert hybrid.multipliers.products[0] == pytest.approx([0.12 + 0.1, 0.1], rel=1e-9)
    assert hybrid.tiered
    assert hybrid.rest is TABLE
    assert hybrid.removed == ()


def test_a_price_is_turned_into_the_unit_of_the_input():
    hybrid = join(power(REPAIR), TABLE, priced(TABLE, "Repair", 0.8 * 24, "d"))
    assert hybrid.upstream.toarray()[0, 0] == pytest.approx(0.16)
    with pytest.raises(UnitError, match="per kg, and it is used in h"):
        join(power(REPAIR), TABLE, priced(TABLE, "repair", 0.8, "kg"))


def test_integrated_by_hand():
    """See test_own_output: 18 kWh a year to 90 USD of output, and 80 to final demand."""
    hybrid = join(power(), TABLE, sales=sales())
    w = 72 / 73.8  # of 90 - 16.2, for 72: what was sold to the part taken out is not asked for any more
    assert hybrid.running.sectors.item() == pytest.approx(w)
    assert hybrid.running.processes[:, 0] == pytest.approx([80 + 18 * w, 0.2 * (80 + 18 * w)])
    told = found(hybrid)["own-output-differs"]
    assert told.values["taken"] == 100
    assert told.values["made"] == pytest.approx(80 + 18 * w)
    assert not hybrid.tiered


def test_a_product_that_does_not_fit_what_was_taken_out_is_said():
    """A sector whose sales go to final demand alone by declaration, 100 kWh, and repairs that ask for more of it."""
    fits = join(power(), TABLE, sales=sales(buyers={("one", "final"): 1.0}))
    assert fits.running.processes[0, 0] == pytest.approx(100)
    assert "own-output-differs" not in found(fits)
    more = join(power(REPAIR), TABLE, priced(TABLE, "repair", 2.0, "h"), sales=sales())
    told = found(more)["own-output-differs"]
    assert (told.severity, told.values["sold"]) == ("warning", pytest.approx(98))
    assert told.size == pytest.approx((told.values["made"] - 100) / 100)


def test_an_input_without_a_price_and_a_price_without_an_input_are_said():
    hybrid = join(power(REPAIR), TABLE, priced(TABLE, "repairs", 0.8, "h"))
    assert found(hybrid)["inputs-unpriced"].values["names"] == "repair"
    assert found(hybrid)["prices-unused"].values["names"] == "repairs"
    assert {found(hybrid)[check].severity for check in ("inputs-unpriced", "prices-unused")} == {"warning"}
    assert not hybrid.upstream.nnz


def test_what_the_processes_make_themselves_is_not_bought():
    hybrid = join(power(), TABLE, priced(TABLE, "fuel", 3.0, "l"))
    assert not hybrid.upstream.nnz
    (row,) = hybrid.removed
    assert (row.what, row.amount, row.unit, row.rule) == ("fuel", 3.0, "USD/l", "internal")
    assert hybrid.removed_frame("zh")["rule"].tolist() != hybrid.removed_frame()["rule"].tolist()


def test_a_recipe_is_bought_beside_the_inputs_and_says_what_it_left_out():
    table = random_table(4, regions=["one", "b", "c"])
    bought = columns(table, {"power": np.arange(9.0)}, "kWh")
    hybrid = join(
        power(),
        table,
        recipe=without_covered(bought, table, covered={"power": ["s1"]}),
        stressors={"k0": "Carbon dioxide, fossil"},
    )
    expected = np.arange(9.0) * ([1, 0, 1] * 3)
    np.testing.assert_array_equal(hybrid.upstream.toarray(), np.column_stack([expected, 0 * expected]))
    assert [(row.sector, row.amount, row.rule) for row in hybrid.removed] == [("s1", 1 + 4 + 7, "covered")]


def test_what_cannot_be_joined_is_said():
    other = random_table(1)
    with pytest.raises(QuestionError, match="money of another table"):
        join(power(REPAIR), other, priced(TABLE, "repair", 0.8, "h"))
    with pytest.raises(QuestionError, match="process steel is not known"):
        join(power(), TABLE, recipe=priced(TABLE, "steel", 1.0))
    two = columns(TABLE, {"power": np.ones(1), "electricity": np.ones(1)}, "kWh")
    with pytest.raises(QuestionError, match="electricity has two recipes"):
        join(power(), TABLE, recipe=two)
    with pytest.raises(UnitError, match="sold in t, and the process makes it in kWh"):
        join(power(), TABLE, sales=Sales((Sale("power", 1.0, "t"),), priced(TABLE, "power", 0.1, "kWh")))


def test_a_hybrid_that_gains_is_refused_in_a_line():
    """8 USD of repair a kWh, which is sold at 0.1: what the sector needs for it takes more power than it is for."""
    with pytest.raises(UnproductiveError, match=r"process electricity: the hybrid gains: .*; see the prices") as caught:
        join(power(REPAIR), TABLE, priced(TABLE, "repair", 40.0, "h"), sales=sales())
    assert "\n" not in str(caught.value)


def test_sales_in_another_unit_are_those_of_the_process():
    hybrid = join(power(), TABLE, sales=Sales((Sale("power", 0.1, "MWh"),), priced(TABLE, "power", 0.1, "kWh")))
    assert hybrid.final.sum() == pytest.approx(80)


def test_places_are_the_regions_of_the_table():
    table = random_table(2, regions=["CHN", "USA", "ROW"])
    hybrid = join(chain(), table, stressors={"k0": "Carbon dioxide, fossil"})
    assert set(hybrid.places) == {"CHN", "ROW"}  # Germany is none of its own
    assert found(hybrid)["places-rest"].values["names"] == "DEU"
    nowhere = join(heijungs_suh(), table, stressors={"k0": "Carbon dioxide, fossil"})
    assert set(nowhere.places) == {NOWHERE}
    assert found(nowhere)["places-outside"].values["count"] == 1


def test_every_finding_speaks_both_languages():
    table = random_table(2, regions=["CHN", "USA", "ROW"])
    hybrids = [
        join(power(REPAIR), TABLE, priced(TABLE, "repairs", 0.8, "h"), sales=sales()),
        join(chain(), table), join(heijungs_suh(), table),
        join(power(), TABLE, recipe=priced(TABLE, "power", 0.02, "kWh"), sales=sales(1000.0)),
    ]  # fmt: skip
    assert "purchases-of-taken-out" in found(hybrids[-1])
    for one in (one for hybrid in hybrids for one in hybrid.findings):
        for language in ("en", "zh"):
            what, hint = messages()[one.check][language]
            assert what.format(**one.values)
            assert hint.format(**one.values)


def test_the_hash_tells_hybrids_apart():
    bought = priced(TABLE, "repair", 0.8, "h")
    first, again = (join(power(REPAIR), TABLE, bought) for _ in range(2))
    others = [
        join(power(REPAIR), TABLE),
        join(power(REPAIR), TABLE, priced(TABLE, "repair", 0.9, "h")),
        join(power(REPAIR), TABLE, bought, sales=sales()),
        join(power(REPAIR), TABLE, bought, sales=sales(stressors={"CO2": 4.0})),
    ]
    assert first.hash == again.hash
    assert len({first.hash, *(one.hash for one in others)}) == 5
