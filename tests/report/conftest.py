"""Reports to look at: of a tiny table with an awkward name, of one with countries and two stressors, of the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from tanheng import report
from tanheng.data import store
from tanheng.data.readers import world as embedded

AWKWARD = "North</script><b>&"


@dataclass(frozen=True)
class Made:
    """A report that was built: its folder and the paths that ``build`` returned."""

    folder: Path
    paths: tuple[Path, ...]

    def text(self, language: str) -> str:
        return (self.folder / f"report.{language}.html").read_text("utf-8")


def plain_table(folder: Path, regions: Sequence[str], sectors: Sequence[str], units: dict[str, str], year: int) -> Path:
    """A folder with Z.csv, Y.csv, F.csv and about.toml, of made-up but productive numbers."""
    folder.mkdir()
    random = np.random.default_rng(7)
    rows = [(region, sector) for region in regions for sector in sectors]
    columns = [(region, "final") for region in regions]
    n = len(rows)

    def write(name: str, values: np.ndarray, index: list[tuple[str, ...]], heads: list[tuple[str, str]]) -> None:
        blank = [""] * len(index[0])
        lines = [[*blank, *level] for level in zip(*heads, strict=True)]
        lines += [[*key, *map(repr, line)] for key, line in zip(index, values.tolist(), strict=True)]
        (folder / name).write_text("\n".join(",".join(line) for line in lines) + "\n", encoding="utf-8")

    write("Z.csv", random.random((n, n)), rows, rows)
    write("Y.csv", 4 * random.random((n, len(regions))), rows, columns)
    write("F.csv", 100 * random.random((len(units), n)), [(name,) for name in units], rows)
    listed = "\n".join(f'"{name}" = "{unit}"' for name, unit in units.items())
    about = f'name = "tiny"\nyear = {year}\ncurrency = "million USD"\n\n[units]\n{listed}\n'
    (folder / "about.toml").write_text(about, encoding="utf-8")
    return folder


def require_bundle() -> None:
    """Skip the test where the charts have not been built."""
    for file in ("charts.js", "world.json"):
        if not (resources.files("tanheng.report") / "static" / file).is_file():
            pytest.skip(f"the chart bundle (static/{file}) has not been built: run make test")


def build(target: Path | str, out: Path) -> Made:
    require_bundle()
    opened = store.open(target)
    out.mkdir()
    return Made(
        out, report.build(opened, years=opened.years, languages=("en", "zh"), out=out, progress=lambda *_: None)
    )


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Two regions, one sector, one year, and a name that would end a script element."""
    folder = tmp_path_factory.mktemp("tiny")
    return build(plain_table(folder / "table", [AWKWARD, "South"], ["all"], {"CO2": "t"}, 2020), folder / "out")


@pytest.fixture(scope="session")
def countries(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Three countries, two sectors, two stressors, one year."""
    folder = tmp_path_factory.mktemp("countries")
    units = {"CO2": "kt", "Energy": "TJ"}
    return build(plain_table(folder / "table", ["CHN", "USA", "DEU"], ["farm", "plant"], units, 2005), folder / "out")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The embedded world, every year."""
    if not (embedded.FOLDER / "about.toml").is_file():
        pytest.skip("the embedded world has not been compiled: run tools/build_world.py")
    return build("world", tmp_path_factory.mktemp("world") / "out")
