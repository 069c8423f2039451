"""Where a footprint comes from, chain by chain: structural path analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.accounts.footprint import Array, Footprint, Node, names, require
from tanheng.accounts.formula import method
from tanheng.accounts.stage_layers import LAYERS, MOST
from tanheng.kernels import paths as kernel
from tanheng.systems.table import Table

method(
    "paths",
    function="paths",
    en="Structural paths of a footprint",
    zh="足迹的结构路径",
    formula=r"s L y = \sum_{k=0}^{\infty} s A^k y",
    symbols="s L A y",
    source="Defourny and Thorbecke 1984; Treloar 1997",
)


@dataclass(frozen=True, eq=False)
class Paths:
    """The strongest paths of a footprint, and what they leave.

    ``frame``: a path a row, the largest first, with the columns of ``tidy`` and rank, layer (purchases between final
    product and emitter), region and sector of the emitter, product_region and product_sector of the final product,
    path (from the emitter on, ``region:sector > region:sector``), share (of ``total``), value. ``layers``: a layer a
    row, its exact sum (value, share), the sum of the paths listed (found) and how many they are (paths). ``nodes``
    (paths, longest) are positions in the table from the emitter on, -1 behind the end. ``remainder`` is ``total`` less
    all paths listed. Of ``attrs``: every path above ``complete`` is listed (those of more layers than asked for apart);
    ``exhausted`` says that the search stopped before the threshold was reached.
    """

    frame: pd.DataFrame
    layers: pd.DataFrame
    nodes: NDArray[np.int64]
    total: float
    remainder: float
    attrs: dict[str, Any]


def paths(
    table: Table,
    *,
    stressor: str | None = None,
    region: str | None = None,
    demand: str | None = None,
    product: Node = None,
    emitter: Node = None,
    threshold: float = 1e-4,
    limit: int | None = None,
    layers: int | None = None,
) -> Paths:
    """The paths of a footprint, ``s_i a_ik ... a_lj y_j``, that are worth at least ``threshold`` of it, largest first.

    ``region`` is whose final demand (all regions' if None), ``demand`` one of its categories, ``product`` the final
    product and ``emitter`` the sector that emits: a sector's name, or a pair of region and sector, None for any; with
    both, these are the paths between two nodes. Of one stressor, which may be left out where there is one only.
    ``limit`` keeps the largest; ``layers`` leaves out paths with more purchases.

    All paths above the threshold are found: a branch is given up when all that is behind it, its quantity times the
    total multiplier, falls below. With negative numbers the bounds and the threshold are those of the footprint without
    signs. Direct emissions of final demand are on no path, nor are those of sectors without output. Raises
    QuestionError for what is not in the table or nothing, UnproductiveError where ``|A|`` has no bound.
    Source: Defourny and Thorbecke 1984; Treloar 1997, ``s L y = Σ_k s Aᵏ y``.
    """
    require(0 < threshold < 1, f"a threshold of {threshold:g}", "it is a share of the footprint: above 0, below 1")
    require(limit is None or limit > 0, f"a limit of {limit}", "at least one path")
    hint = f"0 is the final product's own maker, {MOST} the most"
    require(layers is None or 0 <= layers <= MOST, f"{layers} layers", hint)
    asked = Footprint.of(table, stressor, region, demand, product, emitter)
    bounds = asked.gross()
    found = kernel.search(
        asked.Z,
        asked.per_output,
        asked.s,
        asked.y,
        m=bounds.m,
        output=bounds.output,
        threshold=threshold * bounds.total,
        limit=limit,
        layers=layers,
    )
    sums = kernel.layers(asked.Z, asked.per_output, asked.s[None], asked.y[:, None], _depth(found, layers))[:, 0, 0]
    return Paths(
        _ranked(found, asked),
        _layered(found, sums, asked),
        found.nodes,
        asked.total,
        asked.total - float(found.values.sum()),
        asked.attrs(
            "paths",
            "structural paths, best first, given up by total multipliers",
            threshold=threshold,
            complete=found.complete,
            exhausted=found.exhausted,
            visited=found.visited,
            signed=bounds is not asked,
            beyond=asked.total - float(sums.sum()),
        ),
    )


def _ranked(found: kernel.Found, asked: Footprint) -> pd.DataFrame:
    table, nodes = asked.table, found.nodes
    emitters = names(table, nodes[:, 0])
    products = names(table, nodes[np.arange(len(nodes)), found.layers])
    return asked.tidy(
        "paths",
        pd.DataFrame(
            {
                "rank": np.arange(1, len(nodes) + 1),
                "layer": found.layers,
                **emitters,
                **{f"product_{key}": values for key, values in products.items()},
                "path": _chains(found, table),
                "share": found.values / asked.total,
                "value": found.values,
            }
        ),
    )


def _chains(found: kernel.Found, table: Table) -> list[str]:
    met = np.unique(found.nodes[found.nodes >= 0])
    words = dict(zip(met.tolist(), map(":".join, zip(*names(table, met).values(), strict=True)), strict=True))
    chains = zip(found.nodes.tolist(), found.layers.tolist(), strict=True)
    return [" > ".join(words[at] for at in nodes[: layer + 1]) for nodes, layer in chains]


def _depth(found: kernel.Found, layers: int | None) -> int:
    return layers + 1 if layers is not None else max(LAYERS, found.nodes.shape[1])


def _layered(found: kernel.Found, sums: Array, asked: Footprint) -> pd.DataFrame:
    listed = np.bincount(found.layers, weights=found.values, minlength=len(sums))
    counts = np.bincount(found.layers, minlength=len(sums))
    frame = pd.DataFrame({"layer": np.arange(len(sums)), "paths": counts, "found": listed})
    return asked.tidy("paths", frame.assign(share=sums / asked.total, value=sums))
