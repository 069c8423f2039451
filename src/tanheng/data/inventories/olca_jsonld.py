"""openLCA JSON-LD, schemas 1 and 2: a zip file or a folder with a file a data set, as openLCA and the US LCI have it.

Amounts are turned into the reference unit of their flow; formulas are not computed, for the source stored their
results. Source: olca-schema, the documentation of the openLCA data exchange format (GreenDelta).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tanheng.data.archive import Archive
from tanheng.data.format import Format
from tanheng.data.inventories.parts import flows as flow_parts
from tanheng.data.inventories.parts.notes import Notes
from tanheng.data.inventories.parts.olca import Json, Record, Records, References, listed, load, number, refers, word
from tanheng.data.inventories.parts.shares import are_whole
from tanheng.data.inventories.parts.uncertainty import Uncertainties, scaled
from tanheng.errors import InputError
from tanheng.systems.finding import Finding, found
from tanheng.systems.inventory import Direction, Exchange, Flow, Inventory, InventoryAbout, Process, Uncertainty

FORMAT = Format(
    name="olca-jsonld",
    title={"en": "openLCA JSON-LD", "zh": "openLCA JSON-LD"},
    files=("processes/*.json", "flows/*.json", "unit_groups/*.json"),
    homepage="https://greendelta.github.io/olca-schema/",
    note={
        "en": "Schemas 1 and 2. Stored amounts are used, formulas are not computed; factors for single exchanges "
        "(causal allocation) are not used.",
        "zh": "支持第 1 版和第 2 版格式。采用已存的数值，不计算公式；不采用针对单项交换的（因果）分配系数。",
    },
)

_METHODS = {"PHYSICAL_ALLOCATION": "physical", "ECONOMIC_ALLOCATION": "economic"}
_CUT_OFF = re.compile(r"(cut-?off|dummy)\b", re.IGNORECASE)  # how the US LCI calls flows that it does not follow


def holds(place: Archive) -> bool:
    """Whether there is a folder of processes in JSON, or the file that openLCA puts beside them."""
    if place.find("*processes/*.json", "context.json", "openlca.json"):
        return True
    files = place.find("*.json", "*.jsonld")
    if len(files) != 1 or len(place.entries) != 1:
        return False
    with files[0].open() as stream:
        head = stream.read(4096)
    return b'"@type"' in head and b'"Process"' in head


def read(place: Archive) -> Inventory:
    """The processes of an export and the flows that they exchange.

    Raises InputError naming the file: for broken JSON, an id that is there twice, a flow, unit or unit group that is
    not there, an amount that is no number, a process without a reference.
    """
    records = load(place)
    if not records["Process"]:
        hint = "an export holds a folder processes with a .json file for each"
        raise InputError("holds no process", where=str(place.path), hint=hint)
    notes, name = Notes(), flow_parts.title(place)
    maker = _Maker(records, notes)
    processes = tuple(maker.process(id, record) for id, record in records["Process"].items())
    flows = _cut_off(maker.references.flows, processes, notes)
    year, about_years = _years(records["Process"], name)
    return Inventory(
        about=InventoryAbout(name, year=year, currency=maker.references.currency),
        flows=flows,
        processes=processes,
        findings=(*notes.findings(name), *maker.uncertainties.findings(name), *about_years),
    )


class _Maker:
    """Makes processes of their records, and notes what it does."""

    def __init__(self, records: Records, notes: Notes) -> None:
        self.references, self.uncertainties = References(records, notes), Uncertainties()
        self._notes, self._ids = notes, records["Process"].keys()

    def process(self, id: str, record: Record) -> Process:
        content, name = record.content, word(record.content, "name")
        if not name:
            raise InputError("the process has no name", where=record.where, hint="give it one and export it again")
        where = f"{record.where}, process {name}"
        rows = listed(content, "exchanges", where)
        exchanges = tuple(self._exchange(row, where) for row in rows)
        reference = self._reference(rows, exchanges, name, where)
        if not exchanges[reference].amount:
            hint = "say how much of it the other amounts are for"
            raise InputError("the amount of its reference is zero", where=where, hint=hint)
        if content.get("processType") == "LCI_RESULT":
            self._notes.add("summed-process", name)
        return Process(
            id=id,
            name=name,
            exchanges=exchanges,
            reference=reference,
            location=self.references.location(content, where),
            source=_source(content),
            allocation=self._allocation(content, exchanges, name, where),
        )

    def _exchange(self, row: Json, where: str) -> Exchange:
        flow, factor, unit = self.references.measured(row, where)
        amount = number(row, "amount", f"the amount of {flow.name}", where) * factor
        if not abs(amount) < math.inf:
            hint = "see the conversion factors of its unit and its flow property"
            raise InputError(f"the amount of {flow.name} is beyond all numbers in {unit}", where=where, hint=hint)
        provider = str(refers(row, "defaultProvider", where).get("@id", ""))
        if provider and provider not in self._ids:
            self._notes.add("provider-absent", flow.name)
        if row.get("amountFormula"):
            self._notes.add("formula-not-computed", flow.name)
        if row.get("costValue") is not None or row.get("costFormula"):
            self._notes.add("cost-not-read", flow.name)
        avoided = bool(row.get("avoidedProduct") or row.get("isAvoidedProduct")) and flow.kind != "elementary"
        direction: Direction = "input" if row.get("input") or row.get("isInput") else "output"
        if avoided:  # openLCA keeps an avoided product among the inputs; here it is what goes out in its place
            direction = "output" if flow.kind == "product" else "input"
        return Exchange(
            flow=flow.id,
            amount=amount,
            unit=unit,
            direction=direction,
            provider=provider,
            avoided=avoided,
            uncertainty=self._uncertainty(row, factor),
        )

    def _uncertainty(self, row: Json, factor: float) -> Uncertainty | None:
        of, sure = row.get("uncertainty"), self.uncertainties
        if not isinstance(of, dict):
            return None
        amount, kind = float(row["amount"]), word(of, "distributionType") or "NO_DISTRIBUTION"
        if kind == "LOG_NORMAL_DISTRIBUTION":
            made = sure.lognormal(amount, _optional(of, "geomSd"))
        elif kind == "NORMAL_DISTRIBUTION":
            made = sure.normal(amount, _optional(of, "sd"))
        elif kind == "TRIANGLE_DISTRIBUTION":
            made = sure.triangular(_optional(of, "minimum"), _optional(of, "mode"), _optional(of, "maximum"))
        elif kind == "UNIFORM_DISTRIBUTION":
            made = sure.uniform(_optional(of, "minimum"), _optional(of, "maximum"))
        else:
            made = None
            if kind != "NO_DISTRIBUTION":
                sure.other(kind)
        return scaled(made, factor)

    def _reference(self, rows: Sequence[Json], exchanges: Sequence[Exchange], name: str, where: str) -> int:
        """The exchange that is marked, or the only product that goes out."""
        marked = [
            at for at, row in enumerate(rows) if row.get("quantitativeReference") or row.get("isQuantitativeReference")
        ]
        if len(marked) == 1:
            return marked[0]
        made = [at for at, one in enumerate(exchanges) if self._is_made(one)]
        if marked or len(made) != 1:
            what = f"it has {len(marked)} quantitative references and {len(made)} products that go out"
            raise InputError(what, where=where, hint="mark the one exchange that the process is there for")
        self._notes.add("reference-inferred", name, "warning")
        return made[0]

    def _is_made(self, exchange: Exchange) -> bool:
        product = self.references.flows[exchange.flow].kind == "product"
        return product and exchange.direction == "output" and not exchange.avoided

    def _allocation(
        self, content: Json, exchanges: Sequence[Exchange], name: str, where: str
    ) -> dict[str, Mapping[str, float]]:
        """The shares of co-products that add up, by method, the default of the process first.

        Factors for single exchanges are noted, and not used; openLCA writes zeros where nobody gave any.
        """
        products = {one.flow for one in exchanges if self._is_made(one)}
        if len(products) < 2:
            return {}
        shares: dict[str, dict[str, float]] = {}
        factors = listed(content, "allocationFactors", where)
        for factor in factors:
            method = _METHODS.get(word(factor, "allocationType"))
            product = refers(factor, "product", where).get("@id")
            if method and product in products:
                shares.setdefault(method, {})[product] = number(factor, "value", "an allocation factor", where)
        if any(one.get("allocationType") == "CAUSAL_ALLOCATION" and one.get("value") for one in factors):
            self._notes.add("causal-allocation", name)
        given = {method: of for method, of in shares.items() if any(of.values())}
        sound = {method: of for method, of in given.items() if are_whole(of)}
        if len(sound) < len(given):
            self._notes.add("shares-unsound", name, "warning")
        default = _METHODS.get(word(content, "defaultAllocationMethod"))
        return {method: sound[method] for method in sorted(sound, key=lambda one: one != default)}


def _cut_off(flows: Mapping[str, Flow], processes: Sequence[Process], notes: Notes) -> dict[str, Flow]:
    """The flows, those that the source cut off as wastes where they leave a process beside its product.

    Else that process would pass for their maker, and whoever takes such a flow in would be linked to it.
    """
    ends = {id for id, flow in flows.items() if flow.kind != "elementary" and _CUT_OFF.match(flow.name)}
    given_off = set()
    for process in processes:
        for place, exchange in enumerate(process.exchanges):
            if exchange.flow in ends and exchange.direction == "input":
                notes.add("source-cut-off", flows[exchange.flow].name)
            elif exchange.flow in ends and place != process.reference and flows[exchange.flow].kind == "product":
                given_off.add(exchange.flow)
    for id in sorted(given_off):
        notes.add("cut-off-given-off", flows[id].name)
    return {id: replace(flow, kind="waste") if id in given_off else flow for id, flow in flows.items()}


def _years(processes: Mapping[str, Record], name: str) -> tuple[int | None, tuple[Finding, ...]]:
    """The year, where all processes speak of one, else a note of how far apart they are."""
    spans = [_span(record.content) for record in processes.values()]
    years = Counter(year for span in spans for year in span if year is not None)
    if len(years) < 2:
        return next(iter(years), None), ()
    none = sum(span == (None, None) for span in spans)
    most = years.most_common(1)[0][0]
    return None, (found("years-apart", "note", name, first=min(years), last=max(years), most=most, none=none),)


def _span(content: Json) -> tuple[int | None, int | None]:
    documentation = content.get("processDocumentation")
    of = documentation if isinstance(documentation, dict) else {}
    texts = [word(of, key)[:4] for key in ("validFrom", "validUntil")]
    first, last = (int(text) if text.isdecimal() and 1800 <= int(text) <= 2100 else None for text in texts)
    return first, last


def _source(content: Json) -> str:
    """What a process rests on, in a line: its publication or first source, and the years that it speaks of."""
    documentation = content.get("processDocumentation")
    first, last = _span(content)
    years = [str(first)] if first == last and first else [f"{first or '?'}-{last or '?'}"] if first or last else []
    of = documentation if isinstance(documentation, dict) else {}
    sources = of.get("sources")
    named = [of.get("publication"), *(sources if isinstance(sources, list) else ())]
    names = [word(one, "name") for one in named if isinstance(one, dict)]
    return ", ".join([*[name for name in names if name][:1], *years])


def _optional(holder: Json, key: str) -> float | None:
    value = holder.get(key)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
