"""The command line: parse, call, print. A package, since every family of questions adds commands."""

from tanheng.cli import paths, questions, tables
from tanheng.cli.app import app, main

__all__ = ["app", "main", "paths", "questions", "tables"]
