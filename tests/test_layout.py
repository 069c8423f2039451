"""The repository itself: nothing in it ties it to one machine or to one package index."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Written in pieces, so that this file passes its own test.
FORBIDDEN = {
    "the address of a package index": r"(?:pypi|pythonhosted|npm" r"js|npm" r"mirror|yarnpkg)\.(?:org|com)\b",
    "an absolute path of a machine": r"(?<![\w.~}/-])/(?:home|Users|root|work|opt)/[\w.-]+",
    "a file address": r"file:" r"//",
}


def tracked() -> list[Path]:
    """Every file that git holds or would add."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content[:8192]:  # binary
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
            if match := pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match[0]}")
    assert not found


def test_lock_file_names_no_address() -> None:
    lock = (ROOT / "src/tanheng/charts/ui/package-lock.json").read_text()
    assert "://" not in lock
    assert not any("resolved" in package for package in json.loads(lock)["packages"].values())


def test_constraints_are_exact_versions_of_names() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in lines)
