"""Messages of findings: whatever code names is there, and Chinese is Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import tanheng
from tanheng.systems.finding import messages

CODE = Path(tanheng.__file__).parent


def named() -> Iterator[tuple[str, str]]:
    """File and key of every message that is given to ``found`` or ``Notes.add`` by its name."""
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _says(node.func):
                first = node.args[0]
                keys = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                yield from ((path.name, key.value) for key in keys if isinstance(key, ast.Constant))


def _says(what: ast.expr) -> bool:
    """``found``, ``notes.add`` or ``self._notes.add``."""
    if isinstance(what, ast.Attribute) and what.attr == "add":
        return getattr(what.value, "id", getattr(what.value, "attr", "")) in ("notes", "_notes")
    return getattr(what, "id", "") == "found"


def test_every_message_that_code_names_is_there():
    calls = set(named())
    assert len(calls) > 100
    assert {(file, key) for file, key in calls if key not in messages()} == set()


def test_chinese_messages_have_no_english_sentences():
    for key, entry in messages().items():
        text = re.sub(r"{[^}]*}|tanheng attach|--option|system=ixi", "", "".join(entry["zh"]))
        assert not re.search(r"[a-z]{2,} [a-z]{2,}", text), key
        assert re.search("[\u4e00-\u9fff]", text), key
