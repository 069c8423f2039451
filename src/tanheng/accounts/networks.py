"""The network of the strongest flows of embodied emissions, and what passes through whom."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from tanheng.accounts.footprint import Footprint, Node, names, require
from tanheng.accounts.formula import method
from tanheng.errors import InputError
from tanheng.kernels import paths as kernel
from tanheng.systems.table import Table

method(
    "network",
    function="network",
    en="Network of the strongest embodied flows",
    zh="最强隐含流网络",
    formula=r"f_{ij} = m_i a_{ij} (L y)_j, \quad b_i = (m_i - s_i) (L y - y)_i",
    symbols="f_{ij} b_i m_i s L y",
    source="after Liang, Qu and Xu 2016",
)


@dataclass(frozen=True, eq=False)
class Network:
    """The flows of embodied emissions between sectors, the strongest first, and the sectors between which they go.

    ``edges``: region, sector (supplier), to_region, to_sector (buyer), share (of ``total``), value. ``nodes``: region,
    sector, emitted (there), through (emitted there or before), delivered (as final product), betweenness, and, where
    asked for, community (numbered from the largest; none for a node without an edge). With ``by`` region or sector the
    other's columns are not there.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    total: float
    attrs: dict[str, Any]


def network(
    table: Table,
    *,
    stressor: str | None = None,
    region: str | None = None,
    demand: str | None = None,
    product: Node = None,
    emitter: Node = None,
    by: Literal["region", "sector"] | None = None,
    threshold: float = 1e-3,
    limit: int | None = None,
    communities: bool = False,
    seed: int = 0,
) -> Network:
    """The flows m_i a_ij (L y)_j from supplier to buyer that carry at least ``threshold`` of a footprint.

    Whose footprint: as ``paths``. Every node is in balance: what it emits and what its suppliers pass on (``through``)
    it passes on to its buyers, itself among them, or delivers. ``by`` joins sectors of a region, or regions of a
    sector. Betweenness is what is emitted before a node and delivered after it, counted each time a path meets it, so
    that it adds up over joined nodes and may exceed the footprint. ``communities`` are groups of nodes that trade more
    with each other (Louvain method on the edges, without a node's own; ``seed`` replays it); they need networkx.
    Raises as ``paths``, and InputError where networkx is missing.
    Source: Liang, Qu and Xu 2016, ``b_i = (m_i − s_i)(L y − y)_i``; communities: Blondel et al. 2008, Dugué and Perez
    2015 (directed).
    """
    require(0 < threshold < 1, f"a threshold of {threshold:g}", "it is a share of the footprint: above 0, below 1")
    require(limit is None or limit > 0, f"a limit of {limit}", "at least one edge")
    require(by in (None, "region", "sector"), f"by {by}", "by region, by sector, or by both if not given")
    asked = Footprint.of(table, stressor, region, demand, product, emitter)
    least = threshold * abs(asked.total)
    right = asked.per_output * asked.output
    if by is None:
        cells = kernel.strong(asked.Z, asked.m, right, least)
    else:
        sums = kernel.joined(asked.Z, asked.m, right, len(table.sectors), by)
        rows, columns = np.nonzero(np.abs(sums) >= least)
        cells = kernel.Cells(rows, columns, sums[rows, columns])
    order = np.argsort(-np.abs(cells.values), kind="stable")[:limit]
    cells = kernel.Cells(cells.rows[order], cells.columns[order], cells.values[order])
    nodes = _nodes(asked, by)
    if communities:
        nodes["community"] = _communities(cells, len(nodes), seed)
    labels = nodes[[name for name in ("region", "sector") if name in nodes]]
    ends = [labels.iloc[at].reset_index(drop=True) for at in (cells.rows, cells.columns)]
    edges = pd.concat([ends[0], ends[1].add_prefix("to_")], axis=1)
    edges = asked.tidy("network", edges.assign(share=cells.values / asked.total, value=cells.values))
    attrs = asked.attrs("network", "embodied flows between sectors, m_i a_ij (L y)_j", threshold=threshold, seed=seed)
    return Network(asked.tidy("network", nodes), edges, asked.total, attrs)


def _nodes(asked: Footprint, by: str | None) -> pd.DataFrame:
    """What each node emits, passes on and delivers; by region or sector, sums of these."""
    measures = {
        "emitted": asked.s * asked.output,
        "through": asked.m * asked.output,
        "delivered": asked.m * asked.y,
        "betweenness": kernel.betweenness(asked.s, asked.m, asked.y, asked.output),
    }
    frame = pd.DataFrame({**names(asked.table, np.arange(len(asked.y))), **measures})
    return frame if by is None else frame.groupby(by, sort=False, as_index=False)[list(measures)].sum()


def _communities(cells: kernel.Cells, nodes: int, seed: int) -> pd.Series[int]:
    try:
        nx = importlib.import_module("networkx")
    except ImportError as error:
        raise InputError("communities need the package networkx", hint="install it: pip install networkx") from error
    graph = nx.DiGraph()
    ends = zip(cells.rows.tolist(), cells.columns.tolist(), np.abs(cells.values).tolist(), strict=True)
    graph.add_weighted_edges_from([(a, b, size) for a, b, size in ends if a != b])
    groups = sorted(nx.community.louvain_communities(graph, seed=seed), key=lambda one: (-len(one), min(one)))
    numbers = {node: number for number, one in enumerate(groups) for node in one}
    return pd.Series([numbers.get(node, pd.NA) for node in range(nodes)], dtype="Int64")
