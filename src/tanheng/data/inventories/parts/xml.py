"""XML files read safely: no document type, so no entity but XML's own five, and names without their namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from xml.etree import ElementTree

from tanheng.data.archive import Entry
from tanheng.errors import InputError, MissingError

Element = ElementTree.Element

HEAD = 4096  # bytes of a file in which its root element begins
LANGUAGE = "en"  # where a text is there in several languages; else the first of them
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


def parse(entry: Entry, content: bytes | None = None) -> Element:
    """The root element of a file, or of ``content`` that was read from it before.

    Tags and attributes lose their namespaces: ``{...}exchange`` is ``exchange``, ``xml:lang`` is ``lang``.
    Raises InputError naming file and line for what is not well-formed, and for a document type declaration: the
    formats have none, and entities are how a small file is made to fill the memory.
    """
    content = entry.bytes() if content is None else content
    _require_no_document_type(content, entry.where)
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        what = f"is not well-formed XML ({str(error).partition(':')[0]})"
        hint = "the file may have broken off: get it again"
        raise InputError(what, where=f"{entry.where} line {error.position[0]}", hint=hint) from None
    except (LookupError, ValueError) as error:  # an encoding that is unknown, or of more than one byte a letter
        raise InputError(f"cannot be decoded ({error})", where=entry.where, hint="save it as UTF-8") from None
    for element in root.iter():
        element.tag = _local(element.tag)
        if any("}" in name for name in element.attrib):
            element.attrib = {_local(name): value for name, value in element.attrib.items()}
    return root


def begins_with(entry: Entry, *words: str) -> bool:
    """Whether all of ``words`` are in the head of a file, as a root element and its namespaces have them."""
    with entry.open() as stream:
        head = stream.read(HEAD)
    text = _text_of(head)
    return all(word in text for word in words)


def text(element: Element | None, path: str = "", default: str = "") -> str:
    """The text of the first element at ``path`` (its children's too), with single blanks; ``default`` without it."""
    found = element.find(path) if element is not None and path else element
    return default if found is None else " ".join("".join(found.itertext()).split())


def spoken(element: Element | None, path: str) -> str:
    """The text at ``path`` in English where it is there, else in the first language that has any; "" without it."""
    found = [] if element is None else element.findall(path)
    for one in found:
        if one.get("lang") == LANGUAGE and text(one):
            return text(one)
    return next((text(one) for one in found if text(one)), "")


def number(value: str | None, what: str, where: str) -> float:
    """``value``, the text of an attribute or element, as a finite number; ``what`` it is and ``where``, for people.

    Raises MissingError where it is absent or empty, InputError where it is no number.
    """
    if value is None or not value.strip():
        hint = "a missing number is not zero: write 0 where nothing flows"
        raise MissingError(f"{what} is missing", where=where, hint=hint)
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not abs(number) < float("inf") or "_" in value:
        raise InputError(f"{what} is {value.strip()!r}, not a number", where=where, hint="write a number, like 0.5")
    return number


def children(element: Element | None, path: str) -> Iterator[Element]:
    """The elements at ``path``, none where ``element`` is None."""
    return iter(()) if element is None else element.iterfind(path)


def _require_no_document_type(content: bytes, where: str) -> None:
    """What stands before the root element is looked at before any parser sees the file."""
    text = _text_of(content)
    after = _PROLOG.match(text)
    at = after.end() if after else 0
    if text.startswith("<!", at):
        line = text.count("\n", 0, at) + 1
        hint = "inventories need none: remove what begins with <!DOCTYPE, if you trust the file"
        raise InputError("has a document type declaration, which is refused", where=f"{where} line {line}", hint=hint)


def _text_of(content: bytes) -> str:
    """The letters of XML's own signs: all that is known before its encoding is."""
    encoding = next((name for mark, name in _WIDE.items() if content.startswith(mark)), "latin-1")
    return content.removeprefix(b"\xef\xbb\xbf").decode(encoding, errors="replace")


@cache  # a few dozen names, of millions of elements
def _local(name: str) -> str:
    return name.rpartition("}")[2]
