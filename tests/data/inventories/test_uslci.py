"""The US Life Cycle Inventory whole: what its two figures of missing makers mean, and footprints computed by hand."""

from __future__ import annotations

import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tanheng.data.inventory import read_inventory
from tanheng.systems.allocation import allocate
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Flow, Inventory
from tanheng.systems.linking import Link, link

Json = dict[str, Any]
GASES = {  # AR5, kg CO2e per kg: enough for a check by hand
    "Carbon dioxide, fossil": 1.0, "Methane": 30.0, "Methane, fossil": 30.0, "Dinitrogen monoxide": 265.0
}  # fmt: skip


class ByHand:
    """The files as they are, read with nothing of ours, and a dense system of them.

    Co-products come free. An input goes to the one maker of its flow, else to the one maker of that name, in the same
    unit; where several are left, to the one at the same place; else it is left out.
    """

    def __init__(self, path: Path) -> None:
        self.data: dict[str, dict[str, Json]] = defaultdict(dict)
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                folder, _, file = name.partition("/")
                if file:
                    content = json.loads(packed.read(name))
                    self.data[folder][content["@id"]] = content
        self.processes, self.flows = self.data["processes"], self.data["flows"]
        groups = self.data["unit_groups"]
        self.factors = {unit["@id"]: unit["conversionFactor"] for one in groups.values() for unit in one["units"]}
        self.columns: dict[tuple[str, str], int] = {}
        self.by_flow: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.by_name: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for id, row in self.rows():
            key = (id, row["flow"]["@id"])
            if not row["input"] and self.is_product(row) and key not in self.columns:
                self.columns[key] = len(self.columns)
                self.by_flow[key[1]].append(key)
                self.by_name[self.folded(key[1])].append(key)

    def rows(self) -> Iterator[tuple[str, Json]]:
        return ((id, row) for id, one in self.processes.items() for row in one["exchanges"])

    def inputs(self) -> list[str]:
        """The flows of all inputs of products."""
        of = ((row["input"], row["flow"]["@id"]) for _, row in self.rows())
        return [id for input, id in of if input and self.flows[id]["flowType"] == "PRODUCT_FLOW"]

    def references(self) -> set[str]:
        return {row["flow"]["@id"] for _, row in self.rows() if row.get("quantitativeReference")}

    def is_product(self, row: Json) -> bool:
        """Not a flow that the source cut off, whoever gives it off."""
        of = self.flows[row["flow"]["@id"]]
        return of["flowType"] == "PRODUCT_FLOW" and not of["name"].startswith("CUTOFF ")

    def folded(self, flow: str) -> str:
        return " ".join(self.flows[flow]["name"].split()).casefold()

    def unit(self, flow: str) -> str:
        property = self.data["flow_properties"][self.flows[flow]["flowProperties"][0]["flowProperty"]["@id"]]
        units = self.data["unit_groups"][property["unitGroup"]["@id"]]["units"]
        return next(unit["name"] for unit in units if unit.get("referenceUnit"))

    def size(self, row: Json) -> float:
        return float(row["amount"] * self.factors[row["unit"]["@id"]])

    def makers(self, flow: str) -> list[tuple[str, str]]:
        named = self.by_flow.get(flow) or self.by_name.get(self.folded(flow), [])
        return [maker for maker in named if self.unit(maker[1]) == self.unit(flow)]

    def maker(self, taker: str, flow: str) -> tuple[str, str] | None:
        fitting = self.makers(flow)
        place = self.processes[taker]["location"]["@id"]
        here = [maker for maker in fitting if self.processes[maker[0]]["location"]["@id"] == place]
        chosen = here if len(fitting) > 1 else fitting
        return chosen[0] if len(chosen) == 1 else None

    def system(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """M (n, n), and the warming gases (n,) in kg CO2e per unit of product."""
        M, warming = np.eye(len(self.columns)), np.zeros(len(self.columns))
        made = {id: (row["flow"]["@id"], self.size(row)) for id, row in self.rows() if row.get("quantitativeReference")}
        for id, row in self.rows():
            flow, amount = row["flow"]["@id"], self.size(row) / made[id][1]
            at = self.columns[id, made[id][0]]
            if self.flows[flow]["flowType"] == "ELEMENTARY_FLOW":
                sign = -1 if row["input"] else 1
                warming[at] += sign * amount * GASES.get(self.flows[flow]["name"].strip(), 0.0)
            elif row["input"] and (maker := self.maker(id, flow)):
                M[self.columns[maker], at] -= amount
        return M, warming


@pytest.fixture(scope="module")
def files(shared: Path) -> ByHand:
    return ByHand(shared / "lci/uslci_fy17q4_jsonld.zip")


@pytest.fixture(scope="module")
def uslci(shared: Path) -> Inventory:
    return read_inventory(shared / "lci/uslci_fy17q4_jsonld.zip")


def counted(inventory: Inventory) -> Mapping[str, object]:
    return {finding.check: finding.values.get("count") for finding in inventory.findings}


def test_it_reads_whole(uslci: Inventory, files: ByHand) -> None:
    assert len(uslci.processes) == len(files.processes) == 766
    assert sum(len(one.exchanges) for one in uslci.processes) == len(list(files.rows())) == 32_526
    for ours in uslci.processes:  # here every exchange is in the reference property of its flow
        theirs = files.processes[ours.id]["exchanges"]
        assert [one.flow for one in ours.exchanges] == [row["flow"]["@id"] for row in theirs]
        expected = [files.size(row) for row in theirs]
        assert [one.amount for one in ours.exchanges] == pytest.approx(expected, rel=1e-15, abs=0)  # one product
        assert [one.unit for one in ours.exchanges] == [files.unit(row["flow"]["@id"]) for row in theirs]


def test_what_is_odd_in_it_is_counted(uslci: Inventory, files: ByHand) -> None:
    trimmed = [one for one in files.flows.values() if one["name"] != one["name"].strip()]
    formulas = [row for _, row in files.rows() if "amountFormula" in row]
    summed = [one for one in files.processes.values() if one["processType"] == "LCI_RESULT"]
    assert counted(uslci)["flow-name-trimmed"] == len(trimmed) == 35
    assert counted(uslci)["formula-not-computed"] == len(formulas) == 259
    assert counted(uslci)["summed-process"] == len(summed) == 4
    spreads = [row["uncertainty"] for _, row in files.rows() if "geomSd" in row.get("uncertainty", ())]
    kept = [
        row
        for one in uslci.processes
        for row in one.exchanges
        if row.uncertainty and row.uncertainty.kind == "lognormal"
    ]
    assert len(kept) == sum(one["geomSd"] > 1 for one in spreads)  # most of its lognormals have a spread of zero


def test_what_the_two_figures_of_inputs_without_a_maker_mean(uslci: Inventory, files: ByHand) -> None:
    # of 6,480 inputs of products 2,755 are of flows that are no process's reference; 2,439 of them are named CUTOFF
    inputs, references = files.inputs(), files.references()
    without = [id for id in inputs if id not in references]
    cut_off = [id for id in inputs if files.flows[id]["name"].startswith("CUTOFF ")]
    assert (len(inputs), len(without), len(cut_off)) == (6480, 2755, 2439)
    assert not references.intersection(cut_off)
    assert counted(uslci)["source-cut-off"] == 2439
    # of the other 316 a reference has the same name, blanks and capitals apart, in 56
    names = {files.folded(id) for id in references}
    by_name = [id for id in without if files.folded(id) in names]
    assert len(by_name) == 56
    assert Counter(one.why for one in inputs_of(uslci))["none"] == 2755 - 56
    # and all the rest are of co-products: what ends, ends where the source cut it off
    split = allocate(uslci, "cut-off")
    ends = [one for one in inputs_of(split) if one.why == "none"]
    assert len(ends) == 2439
    assert all(flow_of(split, one).name.startswith("CUTOFF ") for one in ends)


def test_what_has_several_makers_is_a_refinery_s_product_almost_always(uslci: Inventory, files: ByHand) -> None:
    # two refineries, of 1997 and 2003, make the same flows at the same place: nothing tells them apart
    split = allocate(uslci, "cut-off")
    several = [one for one in inputs_of(split) if one.why == "several"]
    theirs = [id for id in files.inputs() if len(files.makers(id)) > 1]
    assert len(several) == len(theirs)
    assert sum("at refinery" in flow_of(split, one).name for one in several) >= 0.9 * len(several)


def test_footprints_are_those_of_an_independent_solution(uslci: Inventory, files: ByHand) -> None:
    M, warming = files.system()
    theirs = np.linalg.solve(M.T, warming)
    system = assemble(allocate(uslci, "cut-off"))
    weights = np.array([GASES.get(one.name, 0.0) for one in system.stressors])
    ours = weights @ system.multipliers
    places = {(one.id.partition("/")[0], one.flow): at for at, one in enumerate(system.processes)}
    assert places.keys() == files.columns.keys()
    order = [places[key] for key in files.columns]
    # two eliminations of a thousand equations whose amounts are powers of ten apart
    assert ours[order] == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    steel = ours[system.find("Hot rolled sheet, steel, at plant")]
    assert steel == pytest.approx(2.3, abs=0.05)  # the figure known for it, to the digit that it is given in


def inputs_of(inventory: Inventory) -> list[Link]:
    """The links of inputs; wastes and co-products that go out are left aside."""
    found, _ = link(inventory)
    return [one for one in found if inventory.processes[one.process].exchanges[one.exchange].direction == "input"]


def flow_of(inventory: Inventory, one: Link) -> Flow:
    return inventory.flows[inventory.processes[one.process].exchanges[one.exchange].flow]
