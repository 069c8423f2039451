"""Sales files: how much of which products the processes sell a year, as TOML.

A ``[[sale]]`` for each product: ``product`` (a process by its id or name), ``quantity`` a year and its ``unit``, and
``source``. What is taken out of the table with it is in proportion to its sector unless it is declared: ``buyers = [{
region = , sector = , share = }]`` (or ``demand =`` for a final demand category), ``inputs = [{ region = , sector = ,
amount = }]`` in the table's money, ``stressors = { CO2 = }`` in the table's units. Prices and sectors are those of a
purchases file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from tanheng.data import archive
from tanheng.data.toml_keys import Keys, parsed
from tanheng.errors import InputError, LabelError
from tanheng.systems.own_output import Sale

_KEYS = ("product", "quantity", "unit", "buyers", "inputs", "stressors", "source")


def read_sales(path: str | os.PathLike[str]) -> tuple[Sale, ...]:
    """The sales of a file.

    Raises InputError naming file and sale, LabelError for a buyer or an input that is there twice.
    """
    entry = archive.open(path).one("*.toml")
    keys = parsed(entry.text(), entry.where, "a line reads like quantity = 31.1e6")
    rows = Keys(keys, entry.where, ("sale",)).tables("sale")
    if not rows:
        raise InputError("lists no sales", where=entry.where, hint=f"write [[sale]]; its keys are {', '.join(_KEYS)}")
    return tuple(_sale(one, f"{entry.where}, sale {at}") for at, one in enumerate(rows, 1))


def _sale(keys: object, where: str) -> Sale:
    own = Keys(keys, where, _KEYS)
    return Sale(
        product=own.text("product"),
        quantity=own.number("quantity"),
        unit=own.text("unit"),
        buyers=_places(own, "buyers", ("sector", "demand"), "share"),
        inputs=_places(own, "inputs", ("sector",), "amount"),
        stressors=own.numbers("stressors"),
        where=where,
    )


def _places(own: Keys, what: str, kinds: tuple[str, ...], number: str) -> Mapping[tuple[str, str], float]:
    out: dict[tuple[str, str], float] = {}
    for at, one in enumerate(own.tables(what), 1):
        row = Keys(one, f"{own.where}, {what} {at}", ("region", *kinds, number))
        named = [kind for kind in kinds if kind in row.keys]
        if len(named) != 1:
            raise InputError(f"names {' and '.join(named) or 'nobody'}", where=row.where, hint=_hint(kinds))
        place = row.text("region"), row.text(named[0])
        if place in out:
            raise LabelError(f"{' '.join(place)} is there twice", where=row.where, hint=f"add up its {number}s")
        out[place] = row.number(number)
    return out


def _hint(kinds: tuple[str, ...]) -> str:
    examples: dict[str, Any] = {"sector": 'sector = "c18"', "demand": 'demand = "households"'}
    return f"write {' or '.join(examples[kind] for kind in kinds)}"
