"""The command line: parse, call, print. A package, since every family of questions adds commands."""

from tanheng.cli import (
    border,
    coverage,
    drivers,
    hybrid,
    hybrid_accounts,
    ledger,
    organisations,
    paths,
    prices,
    products,
    questions,
    reconciling,
    scenario,
    splits,
    tables,
)
from tanheng.cli.app import app, main

__all__ = [
    "app",
    "border",
    "coverage",
    "drivers",
    "hybrid",
    "hybrid_accounts",
    "ledger",
    "main",
    "organisations",
    "paths",
    "prices",
    "products",
    "questions",
    "reconciling",
    "scenario",
    "splits",
    "tables",
]
