"""Norms: dated parameters as data files, and the one function that looks them up at a date (conventions 10 and 11)."""

from tanheng.norms.dated import Entry, Norm, lookup, names, parse_date, year_end
from tanheng.norms.partition import Grouping, grouping

__all__ = ["Entry", "Grouping", "Norm", "grouping", "lookup", "names", "parse_date", "year_end"]
