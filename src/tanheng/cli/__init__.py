"""The command line: parse, call, print. A package, since every family of questions adds commands."""

from tanheng.cli import border, drivers, paths, products, questions, tables
from tanheng.cli.app import app, main

__all__ = ["app", "border", "drivers", "main", "paths", "products", "questions", "tables"]
