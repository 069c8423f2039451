"""What can be computed for a claim: measures by name, each of a dataset, never knowing what was printed."""

from tanheng.claims.measures import regions, series, trade
from tanheng.claims.measures.declared import MEASURES, Computed, Measure, compute, find, require

__all__ = ["MEASURES", "Computed", "Measure", "compute", "find", "regions", "require", "series", "trade"]
