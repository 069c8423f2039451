"""Norms: dated parameters as data files, and the functions that look them up at a date (conventions 10 and 11)."""

from tanheng.norms.dated import Entry, Norm, find, lookup, names, parse_date, year_end
from tanheng.norms.partition import Grouping, grouping
from tanheng.norms.registry import Change, Registry, standards
from tanheng.norms.standard import CLASSES, LEVELS, Limit, Standard

__all__ = [
    "CLASSES",
    "LEVELS",
    "Change",
    "Entry",
    "Grouping",
    "Limit",
    "Norm",
    "Registry",
    "Standard",
    "find",
    "grouping",
    "lookup",
    "names",
    "parse_date",
    "standards",
    "year_end",
]
