"""All verbs together: what the list and the ticket both can do."""

from __future__ import annotations

from sdesk.tui.verbs.assigning import Assigning
from sdesk.tui.verbs.ordering import Ordering
from sdesk.tui.verbs.settling import Settling
from sdesk.tui.verbs.writing import Writing


class WorkScreen(Assigning, Settling, Writing, Ordering):
    """A screen that works on tickets."""
