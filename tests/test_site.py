"""The site of the pages: built strictly, whole, and readable from a disk without any network."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.mark.endurance
@pytest.mark.skipif(importlib.util.find_spec("sphinx") is None, reason="no Sphinx here: `make docs` gets it")
def test_the_site_is_built_without_a_warning_and_asks_no_other_machine(tmp_path: Path) -> None:
    site = tmp_path / "site"
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(DOCS), str(site)],
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert (done.returncode, done.stderr) == (0, "")
    pages = {page.relative_to(DOCS).with_suffix(".html") for page in DOCS.rglob("*.md")}
    assert len(pages) > 25
    assert {page for page in pages if not (site / page).is_file()} == set()
    for file in site.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        # What a browser fetches by itself; a link waits until somebody follows it.
        assert re.findall(r"<(?:script|img|link|iframe|source)\b[^>]*\b(?:src|href)=\"(?:https?:)?//[^>]*>", text) == []
        # From a disk every address is one from here.
        assert re.findall(r"<(?:script|img|link)\b[^>]*\b(?:src|href)=\"/[^>]*>", text) == []
    for file in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import )['\"]?(?:https?:)?//", file.read_text(encoding="utf-8")) == []
    # The search is a script, not a request: a browser refuses those upon file://.
    assert "searchindex.js" in (site / "search.html").read_text(encoding="utf-8")
    assert "SHOW_SEARCH_SUMMARY: false" in (site / "_static" / "documentation_options.js").read_text(encoding="utf-8")
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    words = json.loads(index.removeprefix("Search.setIndex(").rstrip(")"))["terms"]
    assert {"quarantin", "imap", "undo"} <= set(words)


def test_every_page_but_the_first_stands_in_the_contents() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = {path for line in re.findall(r"^([a-z-]+(?:/\*)?)$", index, re.M) for path in DOCS.glob(f"{line}.md")}
    assert set(DOCS.rglob("*.md")) - listed == {DOCS / "index.md"}
