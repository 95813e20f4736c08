"""The demo's desk, which takes ten seconds to build: once for all the processes of a run."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sdesk.demo.build import AGENT, Demo, build

DEMO_NOW = datetime(2026, 11, 23, 11, 32, 8, tzinfo=UTC)
"""The demo's present: a Monday, half past two in Moscow."""


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo at `DEMO_NOW`. It belongs to all tests: whoever changes something takes a copy.

    Tests that use it are of the group `demo`, so that no process waits for another that builds it.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "the-demo"
    folder.mkdir(exist_ok=True)
    built = folder / "built"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            build(folder / "desk", DEMO_NOW)
            built.touch()
    return Demo(folder / "desk" / "sdesk.db", folder / "desk" / "config.toml", AGENT)


def copy_of(demo: Demo, folder: Path) -> Path:
    """A store of the demo's tickets that may be changed."""
    store = folder / "demo.db"
    store.write_bytes(demo.store.read_bytes())
    return store
