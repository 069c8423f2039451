"""The command line: parse, call, print. A package, since every family of questions adds commands."""

from tanheng.cli.commands import app, main

__all__ = ["app", "main"]
