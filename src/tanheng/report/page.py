"""The page: one HTML file that needs nothing beside it, written from the sections of one language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from tanheng import provenance
from tanheng.charts.measure import number
from tanheng.charts.words import words
from tanheng.errors import MissingError
from tanheng.report.content import Content
from tanheng.report.findings import findings
from tanheng.report.methods import methods, span
from tanheng.report.sections import FILE, sections, voice

FILES = ("workbook.xlsx", "ledger.csv", "ledger.parquet")
_SUBSCRIPT = re.compile(r"_(?:\{([^}]*)\}|(·?[A-Za-z]+(?:,[a-z](?![A-Za-z]))?|\d+))")
_RAISED = re.compile(r"\^([A-Za-z])")
OTHER = {"en": ("zh", "中文"), "zh": ("en", "English")}


def name(language: str) -> str:
    """The file name of the page in that language."""
    return f"report.{language}.html"


def page(content: Content, language: str, languages: Sequence[str]) -> str:
    """The whole page as text. Raises MissingError when the chart bundle has not been built."""
    text, spoken = words(FILE, language), voice(content, language)
    found, why = sections(content, language)
    other = OTHER[language] if OTHER[language][0] in languages else None
    title = text("page.title")
    return whole(
        language,
        title=title,
        subtitle=text("page.subtitle", gas=spoken.substance, span=span(content, text)),
        table=text("page.table", table=content.title[language]),
        findings=findings(content, spoken, text),
        sections=found,
        methods=methods(content, spoken, text, why),
        other=other and {"language": other[0], "name": other[1], "file": name(other[0])},
        files=FILES,
        world=bool(content.countries),
    )


def whole(language: str, *, other: Mapping[str, str] | None = None, world: bool = False, **parts: Any) -> str:
    """A page of ``title``, ``subtitle``, ``table``, ``findings``, ``sections``, ``methods`` and ``files``, as text.

    Raises MissingError when the chart bundle has not been built.
    """
    rendered: str = _template().render(
        language={"en": "en", "zh": "zh-Hans"}[language],
        text=words(FILE, language),
        other=other,
        version=provenance.version(),
        bundle=_bundle("charts.js"),
        world=_bundle("world.json") if world else "",
        css=Markup(_asset("style.css")),
        specification=embedded,
        cell=cell,
        formula=formula,
        **parts,
    )
    return rendered


def embedded(value: Mapping[str, Any]) -> Markup:
    """JSON that may stand inside a script element: no text in it can end the element.

    >>> embedded({"name": "</script>"})
    Markup('{"name":"\\\\u003c/script>"}')
    """
    return Markup(_harmless(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)))


def formula(text: str) -> Markup:
    """A formula with its subscripts below the line, and letters that are raised above it.

    >>> formula("PBA_r = Σ_{i∈r} F_i + F_Y,r, <x>")
    Markup('PBA<sub>r</sub> = Σ<sub>i∈r</sub> F<sub>i</sub> + F<sub>Y,r</sub>, &lt;x&gt;')
    >>> formula("E^q_cd, M_0")
    Markup('E<sup>q</sup><sub>cd</sub>, M<sub>0</sub>')
    """
    lowered = _SUBSCRIPT.sub(lambda found: f"<sub>{found[1] or found[2]}</sub>", str(escape(text)))
    return Markup(_RAISED.sub(r"<sup>\1</sup>", lowered))


def cell(value: Any, digits: int) -> str:
    """A cell of a table as it is printed: numbers with separators, a missing one as a dash, text as it is."""
    if isinstance(value, str):
        return value
    return number(float(value), digits) if value is not None and not pd.isna(value) else number(float("nan"))


def _harmless(text: str) -> str:
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("tanheng.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _asset(file: str) -> str:
    return (resources.files("tanheng.report") / "templates" / file).read_text(encoding="utf-8")


@cache
def _bundle(file: str) -> Markup:
    """A built file of the charts, made harmless inside a script element."""
    path = resources.files("tanheng.report") / "static" / file
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MissingError(
            "the chart bundle has not been built", where=f"static/{file}", hint="run make report"
        ) from None
    return Markup(_harmless(text.strip()) if file.endswith(".json") else text.replace("</script", "<\\/script"))
