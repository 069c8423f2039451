"""Hybrid accounts: process systems and tables in one system."""

from __future__ import annotations

import typer

from tanheng.cli import shell
from tanheng.cli.app import app

hybrid = typer.Typer(name="hybrid", cls=shell.Commands, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(hybrid, name="hybrid", help="Hybrids: footprint, accounts, prices, exchange, split, reconcile, ...")
