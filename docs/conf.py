"""How Sphinx makes the site of these pages: `make docs`. The pages themselves are Markdown and read well without it."""

from __future__ import annotations

import re
from pathlib import Path

project = "sdesk"
author = "the authors of sdesk"
copyright = author
release = re.findall(r'^__version__ = "(.*)"$', (Path(__file__).parents[1] / "sdesk/__init__.py").read_text(), re.M)[0]

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
# Links to headings as GitHub makes them.
myst_heading_anchors = 3
# Commands stand in indented blocks, which no highlighter should guess at; a fence may name a language.
highlight_language = "none"

html_theme = "furo"
html_title = f"sdesk {release}"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_permalinks_icon = "#"
# The same bytes for the same pages: no date, and nothing that a reader's browser would ask another machine for.
html_last_updated_fmt = None
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5cad", "color-brand-content": "#0b5cad"},
    "dark_css_variables": {"color-brand-primary": "#7cc0ff", "color-brand-content": "#7cc0ff"},
}
# Grafana's `$__from` is no SQL; such a block is shown with the colours that it can have.
suppress_warnings = ["misc.highlighting_failure"]
# The search asks for no page to show a piece of it: upon file:// a browser refuses that.
html_show_search_summary = False
