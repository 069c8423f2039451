"""Files on the quality of a table's emission data, and those of the tables that come with tanheng.

At the top: ``name``, ``source``, and optionally ``title`` and ``note`` (a text, or ``{ en = , zh = }``) and ``tables``,
the names of the tables that it is about. Then any number of ``[[rules]]``: ``basis`` ("product", "sector" or "proxy")
and ``source``; ``pedigree``, five scores from 1 (the best) to 5, in order (reliability, completeness, temporal,
geographical, technological) or by name; ``regions``, ``sectors``, ``stressors``, ``components`` ("industry",
"direct"), each a text or a list of them, and ``years = [first, last]``, whichever the rule is limited to;
``judgement = true`` where the scores are a judgement of who wrote the file; ``note``. ``[factors]`` has the pedigrees
of the factors of split files (``tanheng.data.splits``) by their id. docs/coverage.md tells more.
"""

from __future__ import annotations

import reprlib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tanheng.data.toml_keys import Keys, lines_of, parsed
from tanheng.errors import InputError, nearest
from tanheng.systems.product_split import ProductSplit
from tanheng.systems.quality import BASES, Pedigree, Quality, Rule, product_rules
from tanheng.systems.table import Table

EMBEDDED = tuple(Path(__file__).parent / place for place in ("world/quality.toml",))

_TOP = ("name", "title", "source", "note", "tables", "rules", "factors")
_RULE = (
    "basis", "pedigree", "source", "regions", "sectors", "stressors", "components", "years", "judgement", "note",
)  # fmt: skip


def read(path: str | Path) -> Quality:
    """The rules of a quality file.

    Raises InputError for a file that cannot be read, is not TOML, or has a key, basis, component or score that is none,
    naming the rule and its line.
    """
    path = Path(path)
    hint = "docs/coverage.md has an example"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), hint=hint) from None
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", where=str(path), hint=hint) from None
    top = Keys(parsed(text, str(path), hint), str(path), _TOP)
    given = top.tables("rules")
    if not given:
        raise InputError("has no rules", where=str(path), hint="add [[rules]] with basis, pedigree and source")
    lines = lines_of(text, "rules", len(given))
    rules = []
    for at, keys in enumerate(given):
        line = f", line {lines[at]}" if lines else ""
        rules.append(_rule(keys, f"{path}{line} (rule {at + 1})"))
    return Quality(top.text("name", path.stem), tuple(rules), top.texts("tables"), top.text("source", ""))


@cache
def embedded() -> tuple[Quality, ...]:
    """The rules that come with tanheng."""
    return tuple(map(read, EMBEDDED))


def known(table: Table) -> Quality | None:
    """The embedded rules about a table of that name; None where there are none, or it lacks what they name."""
    for quality in embedded():
        if table.about.name in quality.tables and _fits(quality, table):
            return quality
    return None


def split_rules(split: ProductSplit, id: str) -> tuple[Rule, ...]:
    """The rules of the products of a split file, scored if embedded rules have a pedigree of its factors."""
    content = tomllib.loads(EMBEDDED[0].read_text(encoding="utf-8"))
    scores = content["factors"].get(id)
    return product_rules(split, scores and Pedigree.of(scores))


def _fits(quality: Quality, table: Table) -> bool:
    """Whether the table has every label of the rules; one with joined regions has not."""
    regions, sectors, stressors = map(set, (table.regions, table.sectors, table.stressors))
    return all(
        regions.issuperset(rule.regions) and sectors.issuperset(rule.sectors) and stressors.issuperset(rule.stressors)
        for rule in quality.rules
    )


def _rule(keys: object, where: str) -> Rule:
    own = Keys(keys, where, _RULE)
    basis = own.text("basis")
    if basis not in BASES:
        raise InputError(f"there is no basis {basis!r}", where=where, hint=nearest(basis, BASES))
    return Rule(
        basis=basis,
        pedigree=_pedigree(own),
        source=own.text("source"),
        regions=own.texts("regions"),
        sectors=own.texts("sectors"),
        stressors=own.texts("stressors"),
        components=own.texts("components"),
        years=_years(own),
        judgement=own.flag("judgement"),
        note=own.spoken("note") or None,
        where=where,
    )


def _pedigree(own: Keys) -> Pedigree | None:
    given: Any = own.keys.get("pedigree")
    if given is None:
        return None
    if not isinstance(given, list | Mapping):
        what = f"pedigree is {reprlib.repr(given)}"
        raise InputError(what, where=own.where, hint="write pedigree = [2, 1, 1, 1, 2]")
    try:
        return Pedigree.of(given)
    except InputError as error:
        raise InputError(error.what, where=own.where, hint=error.hint) from None


def _years(own: Keys) -> tuple[int, int] | None:
    given = own.keys.get("years")
    if given is None:
        return None
    if isinstance(given, list) and len(given) == 2 and all(type(year) is int for year in given):
        return given[0], given[1]
    raise InputError(f"years is {reprlib.repr(given)}", where=own.where, hint="write years = [1995, 2009]")
