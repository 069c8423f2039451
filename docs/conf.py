"""Sphinx settings: built pages load nothing from the network; accounts are described from their own declarations."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from tanheng.accounts import ACCOUNTS

project = "Tanheng 碳衡"
author = "The Tanheng authors"
copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]  # links to files of the repository outside docs/
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
        lines += [f"    {account.formula}", "", kept, ""]
        lines += ["```{eval-rst}", f".. autofunction:: {function}", "   :no-index:", "```"]
    (Path(app.srcdir) / "accounts.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", write_accounts)
