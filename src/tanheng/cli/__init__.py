"""The command line: parse, call, print. A package, since every family of questions adds commands."""

from tanheng.cli import drivers, paths, questions, tables
from tanheng.cli.app import app, main

__all__ = ["app", "drivers", "main", "paths", "questions", "tables"]
