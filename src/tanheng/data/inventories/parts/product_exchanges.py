"""The processes of a product file laid out: every exchange with its number, its unit and its maker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tanheng.data.inventories.parts.product_spec import ExchangeSpec, ProcessSpec
from tanheng.data.inventories.parts.product_tables import Place, Stood
from tanheng.errors import InputError, LabelError, UnitError, nearest
from tanheng.systems.inventory import Exchange, Flow, Process, Uncertainty
from tanheng.systems.linking import conversion

if TYPE_CHECKING:
    from tanheng.data.inventories.product_file import Expansion

GASES = ("CO2e", "CO2", "CH4 fossil", "CH4 non-fossil", "N2O")  # known without an entry, in kg


def instance(process: str, place: Place, repeated: bool) -> str:
    """The id of a process for a place: id, id@region or id@from>to.

    >>> instance("glass", ("CHN", ""), True), instance("ship", ("CHN", "DEU"), True), instance("mix", ("", ""), False)
    ('glass@CHN', 'ship@CHN>DEU', 'mix')
    """
    if not repeated:
        return process
    return f"{process}@{place[0]}>{place[1]}" if place[1] else f"{process}@{place[0]}"


class Builder:
    """Flows and processes of an expansion, and what stood in for what by process."""

    def __init__(self, expansion: Expansion) -> None:
        self._of, self._source = expansion, expansion.source
        self.flows: dict[str, Flow] = {}
        self.processes: tuple[Process, ...] = ()
        self.stood: dict[str, list[Stood]] = defaultdict(list)
        self._asked: dict[str, tuple[ProcessSpec, Place]] = {}  # inputs from regions where their process is not yet
        self._stages = {id: stage for stage, them in expansion.spec.life.items() for id in them}
        self._stages |= {
            id: stage for one in expansion.spec.precursors.values() for stage, them in one.life.items() for id in them
        }

    def build(self) -> None:
        """Lay out all processes."""
        for process in self._of.spec.processes:
            name, unit = process.title["en"], process.unit
            self.flows[process.id] = Flow(process.id, name, "waste" if process.treats else "product", unit)
        laid_out: dict[str, Process] = {}
        ahead = [(process, place) for process in self._of.spec.processes for place in self._of.places[process.id]]
        while ahead:
            self._asked.clear()
            for process, place in ahead:
                laid_out[instance(process.id, place, process.repeated)] = self._process(process, place)
            ahead = [one for id, one in self._asked.items() if id not in laid_out]
        self.processes = tuple(laid_out.values())

    def _process(self, process: ProcessSpec, place: Place) -> Process:
        id = instance(process.id, place, process.repeated)
        made = Exchange(process.id, 1.0, process.unit, "input" if process.treats else "output")
        exchanges = [made]
        for spec in process.exchanges:
            exchanges += self._exchanges(spec, process, place, id)
        return Process(
            id=id,
            name=process.title["en"],
            exchanges=tuple(exchanges),
            reference=0,
            location=process.location or place[1] or place[0],
            stage=self._stages.get(process.id, process.stage),
            source=process.source,
        )

    def _exchanges(self, spec: ExchangeSpec, process: ProcessSpec, place: Place, id: str) -> Iterator[Exchange]:
        stood = self.stood[id]
        amount = spec.amount
        for times in spec.times:
            table = self._source.table(times.table, spec.where)
            amount *= table.value(times.key, place, self._of.year, self._source.groups, stood, spec.where)
        if spec.kind == "emission":
            yield self._exchange(spec, amount, self._elementary(spec), "", process)
            return
        maker = self._of.processes.get(spec.flow)
        if maker is None:
            yield self._exchange(spec, amount, self._declared(spec), "", process)
            return
        self._require_fit(spec, maker)
        for share, region in self._origins(spec, place, stood):
            provider = self._provider(maker, region, stood, spec.where)
            yield self._exchange(spec, amount * share, self.flows[spec.flow], provider, process)

    def _provider(self, maker: ProcessSpec, place: Place, stood: list[Stood], who: str) -> str:
        """The id of the process that the input comes from: that of the region, laid out there if its table allows."""
        taken: list[Stood] = []
        found = self._of.resolve(maker.id, place, taken, who)
        if taken and maker.pairs is None:
            found = (place[0], "")
            self._asked[instance(maker.id, found, True)] = (maker, found)
        stood += taken
        return instance(maker.id, found, maker.repeated)

    def _origins(self, spec: ExchangeSpec, place: Place, stood: list[Stood]) -> Iterator[tuple[float, Place]]:
        """The shares of the regions it comes from; without shares all of it comes from the process's own region."""
        if spec.origin is None:
            yield 1.0, place
            return
        table = self._source.table(spec.origin.table, spec.where)
        groups = self._source.groups
        shares = table.shares(spec.origin.key, place[0], self._of.year, groups, stood, spec.where)
        for region, share in shares.items():
            yield share, (region, "")

    def _exchange(self, spec: ExchangeSpec, amount: float, flow: Flow, provider: str, process: ProcessSpec) -> Exchange:
        unit = spec.unit or flow.unit
        if conversion(unit, flow.unit) is None:
            hint = f"give it in {flow.unit}, or in a unit of the same dimension"
            raise UnitError(f"{unit} is no unit of {flow.name}", where=spec.where, hint=hint)
        return Exchange(
            flow=flow.id,
            amount=amount,
            unit=unit,
            direction="input" if spec.kind == "input" else "output",
            provider=provider,
            stage=spec.stage or self._stages.get(process.id, ""),
            avoided=spec.kind == "avoided",
            uncertainty=_uncertainty(spec, amount),
            source=spec.source,
        )

    def _elementary(self, spec: ExchangeSpec) -> Flow:
        declared = {id: one for id, one in self._of.spec.flows.items() if one.kind == "elementary"}
        if spec.flow in declared:
            one = declared[spec.flow]
            flow = Flow(one.id, one.title["en"], "elementary", one.unit, one.compartment)
        elif spec.flow in GASES:
            flow = Flow(spec.flow, spec.flow, "elementary", "kg", "air")
        else:
            hint = f"{nearest(spec.flow, (*GASES, *declared))}; others are declared in [flows]"
            raise LabelError(f"emission {spec.flow} is not known", where=spec.where, hint=hint)
        return self.flows.setdefault(flow.id, flow)

    def _declared(self, spec: ExchangeSpec) -> Flow:
        """A flow without a maker, which must be declared as one."""
        one = self._of.spec.flows.get(spec.flow)
        kind = "waste" if spec.kind == "waste" else "product"
        if one is None or one.kind != kind:
            known = [*self._of.processes, *(id for id, flow in self._of.spec.flows.items() if flow.kind == kind)]
            hint = f"{nearest(spec.flow, known)}; what no process of the file makes is declared in [flows]"
            raise LabelError(f"{spec.kind} {spec.flow} is not known", where=spec.where, hint=hint)
        return self.flows.setdefault(one.id, Flow(one.id, one.title["en"], kind, one.unit))

    def _require_fit(self, spec: ExchangeSpec, maker: ProcessSpec) -> None:
        if maker.treats != (spec.kind == "waste"):
            what = f"{maker.id} is {'a' if maker.treats else 'no'} treatment"
            hint = (
                f'write waste = "{maker.id}"' if maker.treats else f'write input = "{maker.id}", or treats = true there'
            )
            raise InputError(what, where=spec.where, hint=hint)


def _uncertainty(spec: ExchangeSpec, amount: float) -> Uncertainty | None:
    """The spread of an amount: what the file gives is relative to it."""
    spread = spec.spread
    if not spread:
        return None
    kind = spread["kind"]
    if kind == "lognormal":
        if amount <= 0 or spread["gsd"] < 1:
            hint = "a lognormal amount is positive, its geometric standard deviation 1 or more"
            raise InputError("cannot be lognormal", where=spec.where, hint=hint)
        return Uncertainty("lognormal", (amount, spread["gsd"]))
    if kind == "normal":
        return Uncertainty("normal", (amount, abs(spread["cv"] * amount)))
    ends = sorted((spread["low"] * amount, spread["high"] * amount))
    if kind == "triangular" and not ends[0] <= amount <= ends[1]:
        hint = "low is at most 1, high at least 1: they are relative to the amount"
        raise InputError("has its likeliest value outside its ends", where=spec.where, hint=hint)
    parameters = (ends[0], amount, ends[1]) if kind == "triangular" else (ends[0], ends[1])
    return Uncertainty(kind, parameters)
