"""What a source of tables is, in two languages, and where its publisher keeps the files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from tanheng.labels import LANGUAGES

Text = Mapping[str, str]
"""The same text in each language: ``{"en": ..., "zh": ...}``."""

HASH = re.compile(r"sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}")
"""A declared hash."""

_ADDRESS = re.compile(r"https?://\S+|doi:10\.5281/zenodo\.\d+/\S[^/]*")
_NAME = re.compile(r"(?!\.)[^/\\:\s](?:[^/\\:\n]*[^/\\:\s])?")


@dataclass(frozen=True)
class Download:
    """One file at its publisher. Raises ValueError for an address, a name or a hash of another form."""

    url: str
    """``https://...``, or ``doi:10.5281/zenodo.NNN/FILE``, whose record gives address, size and checksum."""
    name: str
    """The file name it gets, without a folder."""
    years: tuple[int, ...]
    """The years it holds; () where it serves any year."""
    size: int | None = None
    """Bytes, where the publisher says so."""
    hash: str = ""
    """``sha256:...`` or ``md5:...`` in lower-case hexadecimal digits, where the publisher gives one."""
    edition: str = ""
    """The publisher's own name of the edition."""

    def __post_init__(self) -> None:
        for word, pattern in ((self.url, _ADDRESS), (self.name, _NAME), (self.hash, HASH)):
            if not pattern.fullmatch(word) and (word or pattern is not HASH):
                raise ValueError(f"{self.name}: {word!r} is not of the form {pattern.pattern}")


@dataclass(frozen=True)
class Source:
    """What people must know of a source. Raises ValueError where a text lacks a language or two files share a name."""

    name: str
    """What the command line calls it."""
    title: Text
    """The name in full."""
    publisher: str
    """Who publishes it."""
    homepage: str
    """The publisher's page of it."""
    citation: str
    """How to cite it."""
    licence: str
    """Under what terms it may be used."""
    editions: str
    """The editions that are read."""
    files: tuple[str, ...]
    """The names that are looked for, with wildcards."""
    units: Text
    """Of money and of the stressors."""
    price_basis: Text
    """Basic or purchasers' prices, current or of a year."""
    holds: Text
    """Regions, sectors, years, stressors."""
    get: Text
    """How to get the files, when a registration is needed, and what to run afterwards."""
    faults: tuple[Text, ...]
    """What is known to be wrong with it, one by one."""
    tested: Literal["real", "made"]
    """Whether reading was tested on the publisher's files or on files made at their layout."""
    downloads: tuple[Download, ...] = ()
    """What can be fetched without a registration."""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """What a reading may choose, each with its choices, the usual one first."""

    def __post_init__(self) -> None:
        texts = [(one.name, getattr(self, one.name)) for one in fields(self) if one.name != "options"]
        texts += [("faults", fault) for fault in self.faults]
        for name, text in texts:
            if isinstance(text, Mapping) and (set(text) != set(LANGUAGES) or not all(text.values())):
                raise ValueError(f"{self.name}: {name} must be said in {' and '.join(LANGUAGES)}, got {dict(text)}")
        names = [download.name for download in self.downloads]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{self.name}: several downloads are named {', '.join(doubled)}")
