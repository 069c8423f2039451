"""How the commands behave in a shell: one line for a mistake, exit codes, progress, output whole or not at all."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import typer
from typer.core import TyperGroup

from tanheng import files
from tanheng.errors import TanhengError

if TYPE_CHECKING:  # rich is needed to print alone
    from rich.console import RenderableType

Progress = Callable[[str, int, int], None]  # stage, done, total

# Typer bundles Click, in a place that differs by version; every usage error derives from this one.
_UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__base__)
_PIPE_WIDTH = 10_000  # columns: nothing is wrapped or cut where no terminal says how wide it is


class Commands(TyperGroup):
    """The group of commands: a mistake becomes one line and exit code 1 or 2, a closed pipe or Ctrl-C silence."""

    def make_context(self, info_name: Any, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read the words before the command. Without any, the help is printed."""
        if not args:
            return super().make_context(info_name, args, parent, **extra)
        with _mistakes():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Internal errors pass: they are bugs and need their traceback."""
        with _mistakes():
            value = super().invoke(ctx)
            sys.stdout.flush()
            return value


@contextmanager
def _mistakes() -> Iterator[None]:
    try:
        yield
    except TanhengError as error:
        fail(str(error))
    except _UsageError as error:
        command = error.ctx.command_path if error.ctx else "tanheng"
        message = error.format_message().rstrip(".").replace("Value error, ", "")  # what a validator puts before it
        fail(f"{message}; '{command} --help' tells how", 2)
    except BrokenPipeError:
        _close_quietly()
        raise typer.Exit(0) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except OSError as error:
        _close_quietly()
        where = f"{error.filename}: " if error.filename else ""
        fail(f"{where}cannot be read or written ({error.strerror or error}); look at the place and its free space")


def fail(message: str, code: int = 1) -> NoReturn:
    """Say what is wrong in one line on stderr and end with that exit code."""
    print("error:", " ".join(message.split()), file=sys.stderr)
    raise typer.Exit(code)


def note(message: str) -> None:
    """A remark beside the result, on stderr."""
    print("note:", message, file=sys.stderr)


def open_streams() -> None:
    """Make the standard streams take our names, and stand for those that the caller has closed.

    What is written to a closed stdout fails as it does to a full disk; what is said on a closed stderr is lost.
    """
    if sys.stdout is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")  # noqa: SIM115 - open until the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a pipe's encoding may be older than the names in our tables
            stream.reconfigure(encoding="utf-8")


def _close_quietly() -> None:
    """Let what is still buffered go nowhere, so that the interpreter does not complain at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except io.UnsupportedOperation:  # stdout is no file, as in a test
        return


@contextmanager
def progress() -> Iterator[Progress]:
    """A callback (stage, done, total) that draws bars on a terminal's stderr and is silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    tasks: dict[str, TaskID] = {}
    with Bars(console=Console(stderr=True), transient=True) as bars:

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


def emit(data: bytes, path: Path | None) -> None:
    """Bytes to a file, whole or not at all, or to stdout."""
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    with files.whole(path) as part:
        part.write_bytes(data)


def show(*parts: RenderableType, path: Path | None = None) -> None:
    """Tables and lines for people: to the terminal at its width, to a pipe or a file in full."""
    from rich.console import Console

    if path is None and sys.stdout.isatty():
        console, text = Console(highlight=False, markup=False, emoji=False), None
    else:
        text = io.StringIO()
        console = Console(file=text, width=_PIPE_WIDTH, highlight=False, markup=False, emoji=False)
    for part in parts:
        console.print(part)
    if text is not None:
        lines = (line.rstrip() for line in text.getvalue().splitlines())
        emit(("\n".join(lines) + "\n").encode(), path)
