"""Hybrids for tests: one that is worked by hand, and products that are the sector they were taken from."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from product_systems import inventory, made, product, taken

from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Exchange, Flow, Process
from tanheng.systems.process import ProcessSystem
from tanheng.systems.purchases import Purchase, Purchases, purchases
from tanheng.systems.table import Table

ABOUT = {"name": "by hand", "year": 2009, "currency": "USD", "price_basis": "current", "boundary": "residence"}


def one_sector() -> Table:
    """Output 100, of which it uses 20 itself; 50 kg CO2: 0.5 kg per USD, 0.625 with all that is behind it."""
    return Table.from_arrays(
        [[20]], [[80]], [[50]], regions=["one"], sectors=["all"], demand=["final"], stressors=["CO2"],
        about=ABOUT | {"units": {"CO2": "kg"}},
    )  # fmt: skip


def power(*inputs: Exchange, location: str = "one", **stages: str) -> ProcessSystem:
    """Heijungs and Suh 2002, ch. 2 (0.12 kg CO2 a kWh), the power plant with more inputs."""
    co2 = Flow("CO2", "Carbon dioxide, fossil", "elementary", "kg", "air")
    plant = Process(
        "power", "electricity", (made("power", 10, "kWh"), taken("fuel", 2, "l"), _out(1), *inputs), 0, location,
        stage=stages.get("power", "production"),
    )  # fmt: skip
    well = Process("fuel", "fuel", (made("fuel", 100, "l"), _out(10)), 0, location)
    flows = [product("power", "kWh"), product("fuel", "l"), co2]
    bought = {one.flow: product(one.flow, one.unit) for one in inputs if one.flow not in ("power", "fuel")}
    return assemble(inventory([*flows, *bought.values()], [plant, well]))


def _out(amount: float) -> Exchange:
    return Exchange("CO2", amount, "kg", "output")


def priced(
    table: Table, name: str, price: float, unit: str = "kg", place: tuple[str, str] = ("one", "all")
) -> Purchases:
    """One product at a basic price of the table's year, in its currency."""
    one = Purchase(name, unit, {place: 1.0}, price, table.about.currency, table.year, "basic")
    return purchases([one], table)


def sector_as_process(
    table: Table, region: str, sector: str, share: float, price: float = 2.0
) -> tuple[ProcessSystem, Purchases]:
    """A product that is a sector: its inputs, its own use and its emissions per kg, at ``price``; and what it buys.

    Of a sector of which ``share`` is taken out, that share of what it uses of itself is its own.
    """
    n, S = table.x.size, len(table.sectors)
    at = table.regions.index(region) * S + table.sectors.index(sector)
    x = table.x.values.ravel()
    A = table.Z.values.reshape(n, n)[:, at] / x[at]
    s = table.F.values.reshape(-1, n)[:, at] / x[at]
    flows = [Flow(name, name, "elementary", table.about.units[name]) for name in table.stressors]
    emissions = [
        Exchange(name, float(amount) * price, table.about.units[name], "output")
        for name, amount in zip(table.stressors, s, strict=True)
    ]
    own = [taken("P", float(A[at]) * share)] if A[at] else []
    process = Process("P", "P", (made("P"), *own, *emissions), 0, region)
    bought = A * price
    bought[at] *= 1 - share
    return assemble(inventory([product("P"), *flows], [process])), columns(table, {"P": bought})


def columns(table: Table, money: dict[str, np.ndarray], unit: str = "kg") -> Purchases:
    """Purchases of the table as they stand, {product: money (n,) per unit}."""
    matrix = sp.csc_array(np.column_stack(list(money.values())))
    none = sp.csc_array(matrix.shape, dtype=np.float64)
    units, zero = (unit,) * len(money), np.zeros(len(money))
    return Purchases(tuple(money), units, matrix, none, zero, table.about.currency, (), table.hash)
