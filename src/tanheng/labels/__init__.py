"""Labels: exact alignment, concordances, and names in English and Chinese."""

from tanheng.labels.align import check_unique, positions, require_same
from tanheng.labels.catalogue import Described, concordances, described, route
from tanheng.labels.concordance import Concordance
from tanheng.labels.iso import iso3, renamed
from tanheng.labels.names import (
    LANGUAGES,
    Classification,
    classifications,
    demand_name,
    read_classification,
    region_name,
    sector_name,
    standard_codes,
    term,
)

__all__ = [
    "LANGUAGES",
    "Classification",
    "Concordance",
    "Described",
    "check_unique",
    "classifications",
    "concordances",
    "demand_name",
    "described",
    "iso3",
    "positions",
    "read_classification",
    "region_name",
    "renamed",
    "require_same",
    "route",
    "sector_name",
    "standard_codes",
    "term",
]
