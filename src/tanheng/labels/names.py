"""Names of regions, sectors, demand categories and the vocabulary of the field, in English and Chinese.

Source: territories of the Unicode CLDR (through babel) for ISO 3166-1 alpha-3 codes, and the files in ``data/``, which
come first. A table's own label that no source knows is its own name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tanheng.errors import LabelError, QuestionError, nearest

LANGUAGES = ("en", "zh")
_LOCALES = {"en": "en", "zh": "zh_Hans"}
_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Classification:
    """A list of sectors: ``title`` by language, ``source``, and ``sectors``, each label with its names.

    A label is spelled as the publisher's files spell it. Its names are en, zh, en_short and zh_short; some
    classifications add the publisher's own code (``code``, ``nace``).
    """

    name: str
    title: Mapping[str, str]
    source: str
    sectors: Mapping[str, Mapping[str, str]]

    @property
    def labels(self) -> tuple[str, ...]:
        """The sector labels in the publisher's order."""
        return tuple(self.sectors)


def region_name(code: str, language: str) -> str:
    """The name of an ISO 3166-1 alpha-3 code or of an aggregate such as ROW; any other code is its own name.

    Two-letter codes are left alone: BJ is Beijing in one table and Benin in another. QuestionError: unknown language.

    >>> region_name("CHN", "zh"), region_name("ROW", "en"), region_name("Utopia", "en")
    ('中国', 'Rest of world', 'Utopia')
    """
    return _region_names(known_language(language)).get(code, code)


def sector_name(code: str, language: str, classification: str = "", *, short: bool = False) -> str:
    """The name of a sector; ``short`` for charts. Without a classification a code is its own name.

    Raises QuestionError for an unknown language or classification, LabelError for a code that is not in it.

    >>> sector_name("c17", "en", "wiod-35"), sector_name("c17", "zh", "wiod-35", short=True)
    ('Electricity, Gas and Water Supply', '电力燃气水')
    """
    known_language(language)
    if not classification:
        return code
    sectors = read_classification(classification).sectors
    if code not in sectors:
        raise LabelError(f"sector {code} is not known", where=classification, hint=nearest(code, sectors))
    return sectors[code][f"{language}_short" if short else language]


def classifications() -> tuple[str, ...]:
    """The sector classifications with names, sorted.

    >>> classifications()[-2:]
    ('wiod-23', 'wiod-35')
    """
    return tuple(sorted(_files()))


@cache
def read_classification(name: str) -> Classification:
    """A sector classification by its name. QuestionError: unknown name.

    >>> hs = read_classification("hs")
    >>> hs.title["en"], len(hs.labels), hs.sectors["31"]["zh"]
    ('Harmonized System, chapters', 96, '肥料')
    """
    known = _files()
    if name not in known:
        raise QuestionError(f"classification {name} is not known", hint=nearest(name, sorted(known)))
    with known[name].open("rb") as file:
        data = tomllib.load(file)
    return Classification(name, data["title"], data["source"], data["sectors"])


def standard_codes(labels: Sequence[str], name: str) -> list[str]:
    """``labels`` as classification ``name`` spells them: case, blanks and punctuation apart, they must be its own.

    For publishers whose editions spell one sector in several ways. Raises LabelError for a label that it lacks,
    QuestionError for an unknown classification.

    >>> standard_codes(["Growing cereals n.e.c.", "basic Gold"], "gloria-120")
    ['Growing cereals n.e.c', 'Basic gold']
    """
    own = {_folded(label): label for label in read_classification(name).labels}
    unknown = next((label for label in labels if _folded(label) not in own), None)
    if unknown is not None:
        raise LabelError(f"sector {unknown} is not known", where=name, hint=nearest(unknown, own.values()))
    return [own[_folded(label)] for label in labels]


def demand_name(code: str, language: str) -> str:
    """The name of a final demand category; one that is not known is its own name. QuestionError: unknown language.

    >>> demand_name("capital formation", "zh")
    '固定资本形成总额'
    """
    names: Mapping[str, str] = _data("demand").get(code, {})
    return names.get(known_language(language), code)


def term(key: str, language: str) -> str:
    """A word of the vocabulary (accounts, components, dimensions). QuestionError: unknown language or word.

    >>> term("consumption", "en"), term("residual", "zh")
    ('Consumption-based', '余项')
    """
    known_language(language)
    terms = _data("terms")
    if key not in terms:
        raise QuestionError(f"term {key} is not known", hint=nearest(key, terms))
    return str(terms[key][language])


def known_language(language: str) -> str:
    """``language`` itself, if there are names in it. QuestionError: there are none."""
    if language not in LANGUAGES:
        raise QuestionError(f"language {language} is not known", hint=f"choose {' or '.join(LANGUAGES)}")
    return language


@cache
def _region_names(language: str) -> Mapping[str, str]:
    # Imported here: babel and its locale data cost tens of milliseconds that a command without names need not pay.
    from babel import Locale
    from iso3166 import countries_by_alpha3

    territories = Locale.parse(_LOCALES[language]).territories
    names = {code: territories.get(one.alpha2, one.name) for code, one in countries_by_alpha3.items()}
    return names | {code: entry[language] for code, entry in _data("regions").items()}


def _folded(label: str) -> str:
    return "".join(sign for sign in label.casefold() if sign.isalnum())


@cache
def _files() -> Mapping[str, Path]:
    return {path.stem: path for path in (_DATA / "sectors").glob("*.toml")}


@cache
def _data(name: str) -> dict[str, Any]:
    with (_DATA / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
