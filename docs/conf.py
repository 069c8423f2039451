"""Sphinx settings: the built pages load nothing from the network."""

project = "Tanheng 碳衡"
author = "The Tanheng authors"
copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {"description": "Full-scope carbon accounting", "fixed_sidebar": True}
html_show_sourcelink = False
autodoc_member_order = "bysource"
autodoc_typehints = "description"
