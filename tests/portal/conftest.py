"""One portal for the tests of a module: each asks as somebody else, or of requests of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from portal_stage import Stage, opened


@pytest.fixture(scope="module")
def stage(_desk_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A portal over a fresh copy of the small desk."""
    path = tmp_path_factory.mktemp("portal") / "desk.db"
    shutil.copy(_desk_template, path)
    with opened(path) as running:
        yield running
