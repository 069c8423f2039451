"""The embedded world: WIOD 1995-2009 with CO2, 41 regions and 23 sectors, compiled by ``tools/build_world.py``.

A year is one ``.xz`` file. Unpacked it holds two blocks of little-endian integers, each stored plane by plane (first
the lowest bytes of all numbers, then the next, ...), which packs a third smaller:

1. int32 (R*S, R*S + R*D): Z and Y side by side, in whole ``currency``;
2. int64 (R*S + R): F, then F_Y on households by region, in steps of 1/``co2_steps_per_kt`` kt, exact as given.

``about.toml`` holds the labels, what was done to the source, and every file's SHA-256.
"""

from __future__ import annotations

import hashlib
import lzma
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.data.archive import Archive
from tanheng.data.source import Source
from tanheng.errors import InputError, MissingError
from tanheng.systems.about import About
from tanheng.systems.table import BALANCE, Table

SOURCE = Source(
    name="world",
    title={
        "en": "Embedded world: WIOD 1995-2009 with CO2, 41 regions, 23 sectors",
        "zh": "内置世界表：WIOD 1995—2009 年及 CO2，41 个地区，23 个部门",
    },
    publisher="Tanheng, from the World Input-Output Database (WIOD)",
    homepage="https://www.rug.nl/ggdc/valuechain/wiod/",
    citation="Timmer et al. (2015), An illustrated user guide to the World Input-Output Database, Review of "
    "International Economics 23, 575-605",
    licence="CC BY 4.0",
    editions="WIOD 2013 release; environmental accounts of May 2012",
    files=("about.toml", "wiod-YYYY.xz"),
    units={"en": "million USD; kt CO2", "zh": "百万美元；千吨 CO2"},
    price_basis={"en": "basic prices, current", "zh": "基本价格，现价"},
    holds={
        "en": "41 regions, 23 sectors (joined from 35), 5 final demand categories, CO2, 1995-2009",
        "zh": "41 个地区、23 个部门（由 35 个合并）、5 个最终需求类别、CO2，1995—2009 年",
    },
    get={"en": "it comes with tanheng", "zh": "随碳衡一起安装"},
    faults=(
        {
            "en": "sectors were joined: consumption-based accounts differ from those of the full table by 0.3 % in the "
            "median and 2.5 % at most; docs/embedded-world.md shows it by country",
            "zh": "部门经过合并：消费侧账户与完整表相差中位数 0.3%，最大 2.5%；各国情况见 docs/embedded-world.md",
        },
    ),
    tested="real",
)
FOLDER = Path(__file__).parents[1] / "world"

HOUSEHOLDS = "households"  # the demand category that burns fuel itself
_HINT = "reinstall tanheng, or compile it anew with tools/build_world.py"


@dataclass(frozen=True)
class Manifest:
    """What ``about.toml`` says: labels, years, files with their SHA-256, and what ``About`` needs."""

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    demand: tuple[str, ...]
    years: tuple[int, ...]
    co2_steps_per_kt: int
    files: dict[str, str]
    table: dict[str, Any]


def years(place: Archive) -> tuple[int, ...]:
    """The years that the place holds, ascending; raises InputError when its about.toml is missing or damaged."""
    return manifest(place.path).years


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year``: Z, Y, V in million USD, F and F_Y in kt CO2.

    Raises MissingError for a year that is not there, InputError for a file that is missing or damaged.
    """
    folder = place.path
    about = manifest(folder)
    if year not in about.years:
        raise MissingError(f"there is no year {year}", where=str(folder), hint=f"it holds {_span(about.years)}")
    money, co2 = _blocks(verified(folder, f"wiod-{year}.xz", about.files), about)
    regions, sectors = len(about.regions), len(about.sectors)
    n = regions * sectors
    Z, Y = money[:, :n].astype(np.float64), money[:, n:].astype(np.float64)
    kt = co2 / about.co2_steps_per_kt
    direct = np.zeros((1, regions, len(about.demand)))
    direct[0, :, about.demand.index(HOUSEHOLDS)] = kt[n:]
    return Table.from_arrays(
        Z,
        Y,
        kt[None, :n],
        F_Y=direct,
        V=(Z.sum(axis=1) + Y.sum(axis=1) - Z.sum(axis=0))[None],
        inputs=[BALANCE],
        regions=about.regions,
        sectors=about.sectors,
        demand=about.demand,
        stressors=list(about.table["units"]),
        about=About(year=year, **about.table),
    )


def manifest(folder: Path) -> Manifest:
    """What the folder's about.toml says. Raises InputError when it is missing, is not TOML, or lacks a key."""
    path = folder / "about.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return Manifest(
            regions=tuple(content["regions"]),
            sectors=tuple(content["sectors"]),
            demand=tuple(content["demand"]),
            years=tuple(sorted(content["years"])),
            co2_steps_per_kt=content["co2_steps_per_kt"],
            files=content["files"],
            table=content["table"],
        )
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), hint=_HINT) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"is not TOML ({error})", where=str(path), hint=_HINT) from None
    except (KeyError, TypeError) as error:
        raise InputError(f"is not a manifest of this source ({error})", where=str(path), hint=_HINT) from None


def verified(folder: Path, name: str, files: dict[str, str]) -> bytes:
    """The bytes of a file whose SHA-256 is as declared; raises InputError when it is missing, unlisted or damaged."""
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), hint=_HINT) from None
    if hashlib.sha256(content).hexdigest() != files.get(name):
        raise InputError("is damaged: its SHA-256 is not the one declared", where=str(path), hint=_HINT)
    return content


def _blocks(content: bytes, about: Manifest) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    regions = len(about.regions)
    n = regions * len(about.sectors)
    shape = (n, n + regions * len(about.demand))
    planes = np.frombuffer(lzma.decompress(content), np.uint8)
    split = 4 * shape[0] * shape[1]
    return _join(planes[:split], "<i4").reshape(shape), _join(planes[split:], "<i8")


def _join(planes: NDArray[np.uint8], kind: str) -> NDArray[Any]:
    """Integers from their byte planes."""
    width = np.dtype(kind).itemsize
    return np.ascontiguousarray(planes.reshape(width, -1).T).view(kind).ravel()


def _span(known: tuple[int, ...]) -> str:
    return f"{known[0]} to {known[-1]}" if known else "none"
