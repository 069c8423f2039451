"""Sphinx settings: built pages load nothing from the network; accounts are described from their own declarations."""

from __future__ import annotations

from pathlib import Path

from latex2mathml.converter import convert
from sphinx.application import Sphinx

from tanheng.accounts import ACCOUNTS
from tanheng.accounts.formula import METHODS, symbols
from tanheng.data.reader import READERS
from tanheng.data.source import Source
from tanheng.labels import LANGUAGES, term

project = "Tanheng 碳衡"
author = "The Tanheng authors"
copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]  # links to files of the repository outside docs/
smartquotes = False  # commands hold two hyphens
html_theme = "alabaster"
html_theme_options = {"description": "Full-scope carbon accounting", "fixed_sidebar": True}
html_show_sourcelink = False
autodoc_member_order = "bysource"
autodoc_typehints = "description"


def write_accounts(app: Sphinx) -> None:
    """accounts.md, from the one place where accounts are declared."""
    lines = [
        "# Accounts",
        "",
        "What each account is, as declared in the code that computes it (`tanheng accounts --list`).",
    ]
    for account in ACCOUNTS.values():
        function = f"{account.function.__module__}.{account.function.__name__}"
        kept = f"Keeps: {', '.join(account.dims)} (usually {', '.join(account.by)}). Source: {account.source}."
        lines += ["", f"## {account.name}", "", f"{account.title['en']} · {account.title['zh']}", ""]
        lines += [_math(account.tex, "block"), ""]
        lines += [f"- {_math(key)} {symbols()[key]['en']} · {symbols()[key]['zh']}" for key in account.symbols]
        lines += ["", kept, ""]
        lines += [f"- `{name}`: {one.what['en']} · {one.what['zh']}" for name, one in account.options.items()] + [""]
        lines += ["```{eval-rst}", f".. autofunction:: {function}", "   :no-index:", "```"]
    for name, method in METHODS.items():
        lines += [
            "",
            f"## {name}",
            "",
            f"{method.title['en']} · {method.title['zh']}",
            "",
            _math(method.tex, "block"),
            "",
        ]
        lines += [f"- {_math(key)} {symbols()[key]['en']} · {symbols()[key]['zh']}" for key in method.symbols]
        lines += ["", f"Source: {method.source}.", ""]
        lines += ["```{eval-rst}", f".. autofunction:: tanheng.accounts.{method.function}", "   :no-index:", "```"]
    (Path(app.srcdir) / "accounts.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _math(tex: str, display: str = "inline") -> str:
    """The formula as MathML, which browsers draw themselves: no script, no network."""
    return convert(tex, display=display).replace("\n", "")


def write_sources(app: Sphinx) -> None:
    """A page for each source in each language, from what its reader says of it."""
    folder = Path(app.srcdir) / "sources"
    folder.mkdir(exist_ok=True)
    for language in LANGUAGES:
        end = "" if language == "en" else f".{language}"
        heads = " | ".join(term(f"head-{key}", language) for key in ("name", "title", "tested"))
        rows = [f"| {heads} |", "|---|---|---|"]
        for source in (reader.SOURCE for reader in READERS):
            (folder / f"{source.name}{end}.md").write_text(source_page(source, language), encoding="utf-8")
            tested = term(f"tested-{source.tested}", language)
            rows.append(f"| [{source.name}]({source.name}{end}.md) | {source.title[language]} | {tested} |")
        pages = "\n".join(f"{reader.SOURCE.name}{end}" for reader in READERS)
        tree = f"```{{toctree}}\n:hidden:\n\n{pages}\n```"
        text = "\n\n".join([f"# {term('sources', language)}", "\n".join(rows), tree])
        (folder / f"index{end}.md").write_text(text + "\n", encoding="utf-8")


def source_page(source: Source, language: str) -> str:
    """What it holds, how to get it, how to cite it, what its known faults are."""
    told = {
        "holds": source.holds[language],
        "units": source.units[language],
        "price_basis": source.price_basis[language],
        "editions": source.editions,
        "files": ", ".join(f"`{name}`" for name in source.files),
        "options": "; ".join(f"`--option {key}={'|'.join(choices)}`" for key, choices in source.options.items()),
        "publisher": source.publisher,
        "homepage": source.homepage,
        "licence": source.licence,
        "citation": source.citation,
        "tested": term(f"tested-{source.tested}", language),
    }
    lines = [f"# {source.name}: {source.title[language]}", ""]
    lines += [f"- **{term(f'head-{key}', language)}**: {text}" for key, text in told.items() if text and text != "-"]
    lines += ["", f"## {term('head-get', language)}", "", source.get[language], ""]
    if source.downloads:
        lines += ["```", f"tanheng fetch {source.name}", "```", ""]
    if source.faults:
        lines += [f"## {term('head-faults', language)}", "", *(f"- {fault[language]}" for fault in source.faults), ""]
    return "\n".join(lines)


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", write_accounts)
    app.connect("builder-inited", write_sources)
