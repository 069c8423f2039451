"""Charts as data: one definition a chart, a pure function of results, drawn alike in the report and in the explorer."""

from tanheng.charts.claims import Dot, computed_over_printed
from tanheng.charts.full_scope import Meeting, coverage, pedigree, reconciliation, scenario, splits
from tanheng.charts.products import (
    Subject,
    beside_published_net,
    destinations,
    exports_by_year,
    net_by_factors,
    stages_by_maker,
    stages_by_year,
)
from tanheng.charts.regional import beside_published, difference_from_published, gap, per_head, production_consumption
from tanheng.charts.sectoral import sectors
from tanheng.charts.spec import Chart
from tanheng.charts.trade import gap_map, intensity_definitions, intensity_over_time, largest, largest_flows
from tanheng.charts.voice import Voice

__all__ = [
    "Chart",
    "Dot",
    "Meeting",
    "Subject",
    "Voice",
    "beside_published",
    "beside_published_net",
    "computed_over_printed",
    "coverage",
    "destinations",
    "difference_from_published",
    "exports_by_year",
    "gap",
    "gap_map",
    "intensity_definitions",
    "intensity_over_time",
    "largest",
    "largest_flows",
    "net_by_factors",
    "pedigree",
    "per_head",
    "production_consumption",
    "reconciliation",
    "scenario",
    "sectors",
    "splits",
    "stages_by_maker",
    "stages_by_year",
]
