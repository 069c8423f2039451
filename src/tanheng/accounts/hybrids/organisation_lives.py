"""What the life of a product tells of a line: from a process system or a table of factors, the stages that are due."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tanheng import units
from tanheng.accounts.products.life_cycle import NOWHERE, life_cycle
from tanheng.errors import QuestionError, UnitError, nearest
from tanheng.systems.factors import ANY, FALLBACK, Factors, Line
from tanheng.systems.inventory import CREDIT
from tanheng.systems.linking import conversion
from tanheng.systems.organisation import CAPITAL, GOODS, Item, Organisation
from tanheng.systems.process import ProcessSystem

Systems = Mapping[str, ProcessSystem | Factors]

PRODUCT, SECTOR, PROXY, MISSING = BASES = ("product", "sector", "proxy", "missing")
COLUMNS = ["stressor", "stage", "region", "sector", "basis", "credit", "other", "value"]
_STAGES = {
    GOODS: ("production",), CAPITAL: ("production",), "3.4": ("transport",), "3.9": ("transport",), "3.11": ("use",),
    "3.12": ("disposal", "recycling"),
}  # fmt: skip


def life_of(item: Item, systems: Systems, told: Organisation, where: str) -> pd.DataFrame:
    """What the quantity of a line's product stands for, with COLUMNS: value in kg, ``sector`` the process or product.

    Of a category for one stage of a life (goods: production; category 11: use; ...), or a line that names its stage,
    the other stages are marked ``other``; a system that has only one stage is all of the one that is due. ``credit``
    marks what is avoided. Stressors that are no masses are not counted.
    Raises QuestionError for an unknown product or process, UnitError for unlike units, MissingError for an origin
    without a factor.
    """
    if item.product not in systems:
        raise QuestionError(f"there is no product {item.product!r}", where=where, hint=nearest(item.product, systems))
    known = systems[item.product]
    rows = _of_system(item, known, where) if isinstance(known, ProcessSystem) else _of_factors(item, known, told)
    rows["stressor"] = [told.stressors.get(name, name) for name in rows["stressor"]]
    wanted = (item.stage,) if item.stage else _STAGES.get(item.category, ())
    burden = ~rows["credit"]
    if (rows.loc[burden, "stage"].isin(wanted) & (rows.loc[burden, "value"] != 0)).any():
        rows["other"] = burden & ~rows["stage"].isin(wanted)
    elif wanted:
        rows.loc[burden, "stage"] = item.life
    if item.proxy:
        rows["basis"] = PROXY
    return rows[COLUMNS]


def _of_factors(item: Item, factors: Factors, told: Organisation) -> pd.DataFrame:
    flow = {"product": item.process or item.product, "origin": item.region or ANY, "unit": item.unit}
    trade = pd.DataFrame([flow | {"destination": told.region, "quantity": item.quantity}])
    credited = (factors.frame["line"] == "credit") & (factors.frame["product"] == flow["product"])
    lines: tuple[Line, ...] = ("emission", "credit") if credited.any() else ("emission",)
    found = [
        factors.lookup(trade, told.year, line=line, fallback=item.fallback or None).assign(credit=line == "credit")
        for line in lines
    ]
    rows = pd.concat(found, ignore_index=True)
    stood = rows["basis"].astype(str).str.startswith(FALLBACK)
    return pd.DataFrame({
        "stressor": rows["stressor"].astype(str), "stage": rows["stage"].astype(str),
        "region": rows["region"].astype(str).replace(ANY, NOWHERE), "sector": flow["product"],
        "basis": np.where(stood, PROXY, PRODUCT), "credit": rows["credit"], "other": False, "value": rows["kg"],
    })  # fmt: skip


def _of_system(item: Item, system: ProcessSystem, where: str) -> pd.DataFrame:
    """The life of a quantity of a process's product, in kg."""
    name, place = item.process or item.product, "" if ":" in item.region else item.region
    made = system.processes[system.find(name, place)]
    if place and made.location and made.location != place:  # its id was named, which is of another place
        raise QuestionError(f"process {name} is not at {place}", where=where, hint=f"it is at {made.location}")
    factor = conversion(item.unit, made.unit)
    if factor is None:
        what = f"{made.product} is made in {made.unit}, its quantity is in {item.unit or 'no unit'}"
        raise UnitError(what, where=where, hint="give both in units of one dimension")
    result = life_cycle(system, {made.id: (item.quantity or 0.0) * factor}, ("stage", "region", "process"))
    scale = []
    for unit in result["unit"].values:
        parsed = units.parse(str(unit))
        scale.append(parsed.factor if parsed.dimension.startswith("mass") else np.nan)
    kept = (
        result.isel(stressor=np.flatnonzero(np.isfinite(scale))) * np.array(scale)[np.isfinite(scale), None, None, None]
    )
    frame = kept.transpose("stressor", "stage", "region", "process").to_series().rename("value").reset_index()
    frame = frame[frame["value"] != 0]
    credit = frame["stage"] == CREDIT
    return frame.rename(columns={"process": "sector"}).assign(basis=PRODUCT, credit=credit, other=False)
