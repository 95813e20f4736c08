"""All verbs together: what the list and the ticket both can do."""

from __future__ import annotations

from sdesk.tui.verbs.assigning import Assigning
from sdesk.tui.verbs.copying import Copying
from sdesk.tui.verbs.opening import Opening
from sdesk.tui.verbs.settling import Settling
from sdesk.tui.verbs.telling import Telling
from sdesk.tui.verbs.writing import Writing


class WorkScreen(Assigning, Settling, Writing, Opening, Copying, Telling):
    """A screen that works on tickets."""
