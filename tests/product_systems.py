"""Small product systems for tests: worked examples of the literature, and random ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Exchange, Flow, Inventory, InventoryAbout, Process
from tanheng.systems.process import ProcessSystem

CO2 = Flow("CO2", "Carbon dioxide, fossil", "elementary", "kg", "air")


def product(name: str, unit: str = "kg") -> Flow:
    return Flow(name, name, "product", unit)


def made(flow: str, amount: float = 1.0, unit: str = "kg") -> Exchange:
    return Exchange(flow, amount, unit, "output")


def taken(flow: str, amount: float, unit: str = "kg", **more: object) -> Exchange:
    return Exchange(flow, amount, unit, "input", **more)  # type: ignore[arg-type]


def emitted(amount: float, stage: str = "", flow: str = "CO2") -> Exchange:
    return Exchange(flow, amount, "kg", "output", stage=stage)


def inventory(flows: Sequence[Flow], processes: Sequence[Process], **about: object) -> Inventory:
    facts = {"name": "example", **about}
    return Inventory(InventoryAbout(**facts), {flow.id: flow for flow in (*flows, CO2)}, tuple(processes))  # type: ignore[arg-type]


def heijungs_suh() -> ProcessSystem:
    """Heijungs and Suh 2002, ch. 2: 10 kWh take 2 l of fuel and emit 1 kg; 100 l of fuel emit 10 kg."""
    power = Process("power", "electricity", (made("power", 10, "kWh"), taken("fuel", 2, "l"), emitted(1)), 0)
    fuel = Process("fuel", "fuel", (made("fuel", 100, "l"), emitted(10)), 0)
    return assemble(inventory([product("power", "kWh"), product("fuel", "l")], [power, fuel]))


def chain(stages: Mapping[str, str] | None = None) -> ProcessSystem:
    """A lamp of glass, carried to its user and burnt: what is behind each exchange is in the stage given it.

    1 lamp: 2 kg glass (3 kg CO2 each, made with 1 MJ heat of 0.5 kg), 10 t*km (0.1 each), 100 kWh (0.6 each) in use,
    1 kg of waste treated (0.4), 0.2 kg emitted in making it.
    """
    tags = stages if stages is not None else {"t": "transport", "p": "use", "w": "disposal"}
    flows = [product("lamp", "unit"), product("glass"), product("heat", "MJ"), product("freight", "t*km")]
    flows += [product("power", "kWh"), Flow("waste", "waste", "waste", "kg")]
    lamp = Process(
        "lamp",
        "lamp",
        (
            made("lamp", 1, "unit"),
            taken("glass", 2),
            taken("freight", 10, "t*km", stage=tags.get("t", "")),
            taken("power", 100, "kWh", stage=tags.get("p", "")),
            Exchange("waste", 1, "kg", "output", stage=tags.get("w", "")),
            emitted(0.2),
        ),
        0,
        "CHN",
    )
    others = [
        Process("glass", "glass", (made("glass"), taken("heat", 1, "MJ"), emitted(3)), 0, "CHN"),
        Process("heat", "heat", (made("heat", 1, "MJ"), emitted(0.5)), 0, "CHN"),
        Process("freight", "freight", (made("freight", 1, "t*km"), emitted(0.1)), 0, "DEU"),
        Process("power", "power", (made("power", 1, "kWh"), emitted(0.6)), 0, "DEU"),
        Process("burning", "waste burning", (taken("waste", 1), emitted(0.4)), 0, "DEU"),
    ]
    return assemble(inventory(flows, [lamp, *others]))


def random_system(seed: int, n: int = 8) -> tuple[ProcessSystem, NDArray[np.float64], NDArray[np.float64]]:
    """A random productive system with loops, its M (n, n) and q (n,), all inputs in one unit."""
    rng = np.random.default_rng(seed)
    A = rng.uniform(0, 1, (n, n)) * (rng.uniform(size=(n, n)) < 0.5)
    A *= 0.8 / np.maximum(A.sum(axis=0), 0.8)  # a column below 1: productive
    q = rng.uniform(0, 2, n)
    stages = ["", "", "transport", "use", "recycling"]
    flows = [product(f"p{i}") for i in range(n)]
    processes = [
        Process(
            f"p{j}",
            f"process {j}",
            (
                made(f"p{j}"),
                emitted(float(q[j])),
                *(taken(f"p{i}", float(A[i, j]), stage=str(rng.choice(stages))) for i in range(n) if A[i, j]),
            ),
            0,
        )
        for j in range(n)
    ]
    return assemble(inventory(flows, processes)), np.eye(n) - A, q
