"""The command line: parse, call, print. A package, since every family of questions adds commands."""

from tanheng.cli import attainment, border, claims, drivers, limits, norms, paths, products, questions, tables
from tanheng.cli.app import app, main

__all__ = [
    "app",
    "attainment",
    "border",
    "claims",
    "drivers",
    "limits",
    "main",
    "norms",
    "paths",
    "products",
    "questions",
    "tables",
]
