"""What a footprint leaves out: inputs that nothing in the inventory makes, counted, listed and priced."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tanheng.accounts.products.life_cycle import facts
from tanheng.errors import QuestionError, nearest
from tanheng.systems.linking import folded
from tanheng.systems.process import ProcessSystem

PRICE = "price"  # the property of a flow


def unlinked(
    system: ProcessSystem, demand: Mapping[str, float], prices: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """C M⁻¹ k: the inputs without a maker that a demand takes, and the wastes that nothing treats, the dearest first.

    Columns: flow (id), name, unit, amount (negative for a waste left over), inputs (how many in the inventory have
    none), price (per unit: given here by name or id, else the flow's own property "price", else NaN) and cost (amount
    times price). The currency is that of ``prices`` or of the inventory. ``attrs`` hold the counts, and those without a
    price.
    Raises QuestionError for an unknown process and for a price of a flow that is not among them.
    """
    amounts = np.asarray(system.C @ system.activity(system.demand(demand))).ravel()
    counts = np.bincount(system.cutoffs.row, minlength=len(system.unlinked))
    given = _by_flow(system, prices or {})
    frame = pd.DataFrame({
        "flow": [flow.id for flow in system.unlinked],
        "name": [flow.name for flow in system.unlinked],
        "unit": [flow.unit for flow in system.unlinked],
        "amount": amounts,
        "inputs": counts,
        "price": [given.get(flow.id, flow.properties.get(PRICE, np.nan)) for flow in system.unlinked],
    })  # fmt: skip
    frame["cost"] = frame["amount"] * frame["price"]
    taken = frame[frame["amount"] != 0]
    ordered = taken.sort_values(["cost", "inputs", "name"], ascending=[False, False, True], na_position="last")
    attrs = facts(system, demand) | {
        "inputs": int(counts.sum()),
        "flows": len(frame),
        "taken": len(taken),
        "unpriced": int(taken["price"].isna().sum()),
        "currency": system.about.currency,
    }
    result = ordered.reset_index(drop=True)
    result.attrs.update(attrs)
    return result


def _by_flow(system: ProcessSystem, prices: Mapping[str, float]) -> dict[str, float]:
    """The prices by flow id; a flow is named by its id or its name."""
    by_name = {folded(flow.name): flow.id for flow in system.unlinked}
    ids = {flow.id for flow in system.unlinked}
    found = {}
    for name, price in prices.items():
        key = name if name in ids else by_name.get(folded(name))
        if key is None:
            hint = nearest(name, [flow.name for flow in system.unlinked])
            raise QuestionError(f"{name} is no input without a maker", where=system.about.name, hint=hint)
        found[key] = price
    return found
