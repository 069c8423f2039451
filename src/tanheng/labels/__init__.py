"""Labels: exact alignment, concordances, and names in English and Chinese."""

from tanheng.labels.align import check_unique, positions, require_same
from tanheng.labels.concordance import Concordance
from tanheng.labels.iso import iso3, renamed
from tanheng.labels.names import LANGUAGES, classifications, demand_name, region_name, sector_name, term

__all__ = [
    "LANGUAGES",
    "Concordance",
    "check_unique",
    "classifications",
    "demand_name",
    "iso3",
    "positions",
    "region_name",
    "renamed",
    "require_same",
    "sector_name",
    "term",
]
