"""What is wrong with a table, as data: each check yields findings, worst first, and changes nothing.

A finding's ``check`` is the key of its message in ``findings.toml``, where every message stands in each language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tanheng.data.checks.balance import final_demand, productive, value_added
from tanheng.data.checks.cells import empty_parts, negative_cells, without_output
from tanheng.data.checks.magnitude import magnitude
from tanheng.data.checks.names import alike, discrepancies, missing_regions
from tanheng.data.checks.neighbours import gaps, jumps
from tanheng.data.checks.stressors import people, reference_totals, stressor_units
from tanheng.data.findings import worst_first
from tanheng.systems.aggregate import MEASURED
from tanheng.systems.finding import SEVERITIES, Finding, found, listed
from tanheng.systems.table import Table

__all__ = ["CHECKS", "SEVERITIES", "Finding", "check", "complete", "gaps", "jumps", "worst_first"]

FEW = 5  # findings of one kind that are told one by one; satellite accounts have a thousand stressors

CHECKS: tuple[Callable[[Table], Iterable[Finding]], ...] = (
    productive,
    value_added,
    final_demand,
    magnitude,
    negative_cells,
    without_output,
    empty_parts,
    reference_totals,
    people,
    stressor_units,
    alike,
    discrepancies,
    missing_regions,
)


def check(table: Table) -> tuple[Finding, ...]:
    """Everything that is found in ``table``: errors first, then warnings and notes, each from the largest down.

    An error means that accounts cannot be computed or would mean nothing. Of one kind and severity the FEW largest are
    told, and the rest counted. Source: each check says so in its docstring.
    """
    return worst_first(_few([finding for each in CHECKS for finding in each(table)]))


def complete(table: Table) -> tuple[Finding, ...]:
    """What the table's reader noted and what is found in it now, worst first.

    What an earlier check measured is measured again, not repeated.
    """
    now = check(table)
    noted = [one for one in table.findings if one.check not in MEASURED and one not in now]
    return worst_first([*noted, *now])


def _few(findings: Sequence[Finding]) -> list[Finding]:
    kinds: dict[tuple[str, str], list[Finding]] = {}
    for one in worst_first(findings):
        kinds.setdefault((one.check, one.severity), []).append(one)
    kept: list[Finding] = []
    for (kind, _), them in kinds.items():
        kept += them[:FEW]
        rest = them[FEW:]
        if rest:
            names = listed([one.where for one in rest])
            kept.append(found("and-more", rest[0].severity, "", rest[0].size, count=len(rest), kind=kind, names=names))
    return kept
