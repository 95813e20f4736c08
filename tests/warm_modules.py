"""What a warm process loads before it is asked for anything: the program but for its console."""

from __future__ import annotations

import gc
from importlib import import_module
from pkgutil import walk_packages

import sdesk

COLD = ("sdesk.__main__", "sdesk.demo", "sdesk.tui", "sdesk.store.migrations")
"""What a command does not load, or only Alembic may."""

for found in walk_packages(sdesk.__path__, "sdesk."):
    if not found.name.startswith(COLD):
        import_module(found.name)

# Collecting garbage in a fork would touch, and so copy, all of that.
gc.freeze()
