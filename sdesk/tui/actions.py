"""The one registry of what the console can do: bindings, footer, palette and the list of keys are all made from it.

What changes a ticket is an action of `sdesk.actions`; an entry here gives it its key. The same letter means the same on
every screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from textual.binding import Binding, BindingType

from sdesk.tui.keyboard import in_both_layouts, keys_in
from sdesk.tui.language import N_, NC_, in_context


class Context(StrEnum):
    """Where a key is pressed."""

    LIST = "list"
    TICKET = "ticket"
    BOARD = "board"
    TRIAGE = "triage"
    MAIL = "mail"
    """The quarantine and the ledger."""


LIST = frozenset({Context.LIST})
TICKET = frozenset({Context.TICKET})
BOARD = frozenset({Context.BOARD})
TRIAGE = frozenset({Context.TRIAGE})
MAIL = frozenset({Context.MAIL})
BOTH = LIST | TICKET


class Command(NamedTuple):
    """Something that the console can do."""

    id: str
    """Name for the configuration; the screen's method is `action_` and this."""
    keys: tuple[str, ...]
    """Characters of the Latin layout, or Textual's names of keys."""
    label: str
    """One or two words for the footer."""
    help: str
    group: str
    contexts: frozenset[Context] = BOTH
    footer: int = 0
    """Place in the footer, the smallest first; 0 for none."""
    verb: str | None = None
    """Name in `sdesk.actions.registry.ACTIONS`, for what changes a ticket."""

    @property
    def written(self) -> str:
        """Its name on the `:` line: that of its verb, as on the command line, where it is nothing but that."""
        return written(self.id)

    @property
    def key(self) -> str:
        """The first key, as people write it; empty for what only the palette and the `:` line have."""
        return shown(self.keys[0]) if self.keys else ""


_VERBS: Mapping[str, str] = {"relate": "link", "leave_incident": "leave", "tags": "tag"}
"""Verbs of commands that are called otherwise, since the id is that of a menu, or of leaving a screen."""

MOVE, WORK, FIND, OTHER = N_("Move"), N_("Work"), N_("Find"), N_("Console")

COMMANDS: tuple[Command, ...] = (
    Command("open", ("enter",), N_("Open"), N_("Open the ticket"), MOVE, LIST, footer=1),
    Command("back", ("escape",), N_("Back"), N_("Out of the field, the marks, the filter, the screen"), MOVE),
    Command("down", ("j", "down"), N_("Down"), N_("One down"), MOVE),
    Command("up", ("k", "up"), N_("Up"), N_("One up"), MOVE),
    Command("first", ("g", "home"), N_("First"), N_("To the beginning"), MOVE),
    Command("last", ("G", "end"), N_("Last"), N_("To the end"), MOVE),
    Command("page_down", ("pagedown",), N_("Page down"), N_("One screen down"), MOVE),
    Command("page_up", ("pageup",), N_("Page up"), N_("One screen up"), MOVE),
    Command("half_down", ("ctrl+d",), N_("Half down"), N_("Half a screen down"), MOVE),
    Command("half_up", ("ctrl+u",), N_("Half up"), N_("Half a screen up"), MOVE),
    Command("next_ticket", ("J",), N_("Next ticket"), N_("The next ticket of the list"), MOVE, TICKET, footer=9),
    Command("previous_ticket", ("K",), N_("Previous ticket"), N_("The previous ticket of the list"), MOVE, TICKET),
    Command(
        "other_pane",
        ("tab", "shift+tab"),
        N_("Other pane"),
        N_("Between list and preview, conversation and facts"),
        MOVE,
    ),
    Command("reply", ("r",), N_("Reply"), N_("Answer the requester"), WORK, footer=2, verb="reply"),
    Command(
        "note", ("i",), N_("Note"), N_("Write an internal note, which only agents see"), WORK, footer=3, verb="note"
    ),
    Command("undo", ("u",), N_("Undo"), N_("Undo what you did last; an answer, within ten seconds of it"), WORK),
    Command("editor", ("E",), N_("Editor"), N_("Answer the requester in $EDITOR"), WORK, verb="reply"),
    Command("take", ("m",), N_("Mine"), N_("Take it: you are the assignee"), WORK, footer=5, verb="take"),
    Command("assign", ("a",), N_("Assign"), N_("Give it to an agent or a team"), WORK, footer=4, verb="assign"),
    Command(
        "service",
        ("t",),
        N_("Service"),
        N_("Set the service: priority, team and target follow"),
        WORK,
        footer=6,
        verb="service",
    ),
    Command(
        "wait", ("w",), N_("Wait"), N_("Wait for the requester, a supplier or a date"), WORK, footer=8, verb="wait"
    ),
    Command("close", ("c",), N_("Close"), N_("Close it with a resolution"), WORK, footer=7, verb="close"),
    Command("status", ("s",), N_("Status"), N_("Choose the next status: reopen, wait, close, merge, spam"), WORK),
    Command("priority_up", ("+",), N_("Priority up"), N_("One priority up, with a reason"), WORK, verb="priority"),
    Command(
        "priority_down", ("-",), N_("Priority down"), N_("One priority down, with a reason"), WORK, verb="priority"
    ),
    Command(
        "priority",
        ("P",),
        N_("Priority"),
        N_("Choose the priority, with a reason; auto takes that back"),
        WORK,
        verb="priority",
    ),
    Command("edit", ("e",), N_("Edit"), N_("Subject, requester, unit, impact, urgency, tags"), WORK, verb="set"),
    Command("merge", ("M",), N_("Merge"), N_("Put it, or what is marked, into another ticket"), WORK, verb="merge"),
    Command("link", ("L",), N_("Link"), N_("Related tickets, incidents, messages to split off"), WORK, verb="link"),
    Command("spam", ("!",), N_("Spam"), N_("It is spam (asks first)"), WORK, verb="spam"),
    Command("new", ("C",), N_("New ticket"), N_("Open a ticket for somebody who calls"), WORK),
    Command("tags", (), N_("Tags"), N_("Add tags, or take them away; on several tickets too"), WORK, verb="tag"),
    Command(
        "watch",
        ("W",),
        N_("Watch"),
        N_("Be told of it, though it is another's; again to be told no more"),
        WORK,
        verb="watch",
    ),
    Command("unwatch", (), N_("Watch no more"), N_("Be told of it no more"), WORK, verb="unwatch"),
    Command("reopen", (), N_("Reopen"), N_("Put it back to work, with a note"), WORK, verb="reopen"),
    Command("spent", (), N_("Time spent"), N_("Write down how long you worked on it"), WORK, verb="spent"),
    Command("visit", (), N_("Visit"), N_("Agree on a visit, or call it off"), WORK, verb="visit"),
    Command(
        "confirm",
        (),
        N_("Confirm outage"),
        N_("The outage is a fact: since when, what share; its loss counts"),
        WORK,
        verb="confirm",
    ),
    Command("restored", (), N_("Restored"), N_("It works again; the ticket stays open"), WORK, verb="restored"),
    Command(
        "forward", (), N_("Ask a supplier"), N_("Ask a supplier, with messages of the ticket"), WORK, verb="forward"
    ),
    Command("relate", (), N_("Relate"), N_("Say that it belongs to another ticket"), WORK, verb="link"),
    Command("unlink", (), N_("Unlink"), N_("Say that it belongs to another ticket no more"), WORK, verb="unlink"),
    Command("join", (), N_("Join an incident"), N_("Make it part of an incident"), WORK, verb="join"),
    Command("leave_incident", (), N_("Leave the incident"), N_("Take it out of its incident"), WORK, verb="leave"),
    Command("approve", (), N_("Approved"), N_("The approver said yes: it is worked on"), WORK, verb="approve"),
    Command("refuse", (), N_("Refused"), N_("The approver said no: it is resolved"), WORK, verb="refuse"),
    Command(
        "ask_approval",
        (),
        N_("Ask for approval"),
        N_("Ask for an approval, once more or of somebody else"),
        WORK,
        verb="ask-approval",
    ),
    Command(
        "drop_approval",
        (),
        N_("Without approval"),
        N_("Ask for no approval: it goes on without (asks first)"),
        WORK,
        verb="drop-approval",
    ),
    Command("split", (), N_("Split off"), N_("Open a ticket of its own for some messages"), WORK, verb="split"),
    Command("mark", ("space",), N_("Mark"), N_("Mark for an action on several, and move down"), FIND, LIST, footer=9),
    Command("range", ("v",), N_("Range"), N_("Mark from here to where the cursor goes; again to end it"), FIND, LIST),
    Command("mark_all", ("*",), N_("Mark all"), N_("Mark all tickets of the filter; again to clear"), FIND, LIST),
    Command(
        "filter", ("/",), N_("Filter"), N_("Narrow the view: words, field:value, -field:value"), FIND, LIST, footer=10
    ),
    Command("facets", ("f",), N_("Facets"), N_("What the list consists of; narrow it by that"), FIND, LIST),
    Command("line", (":",), N_("Line"), N_("Type a command, as on the command line: assign 12 --to dana"), FIND),
    Command("filter", ("/",), N_("Find"), N_("Find words in messages, facts and history"), FIND, TICKET, footer=10),
    Command(
        "next_found", ("n",), N_("Next"), N_("The next hit; the next message where nothing is sought"), FIND, TICKET
    ),
    Command("previous_found", ("N",), N_("Previous"), N_("The hit or the message before"), FIND, TICKET),
    Command("jump", ("#",), N_("Jump"), N_("Go to a ticket by its number"), FIND),
    Command("next", (), N_("Do next"), N_("Go to the ticket that should be done next; --take makes it yours"), FIND),
    Command("take_next", (), N_("Take the next"), N_("Take the ticket that should be done next"), FIND),
    Command("sort", ("S",), N_("Sort"), N_("Choose the order: SLA, loss an hour, priority, age"), FIND, LIST),
    Command("previous_view", ("[",), N_("Previous view"), N_("The view to the left"), FIND, LIST),
    Command("next_view", ("]",), N_("Next view"), N_("The view to the right"), FIND, LIST),
    Command("view_1", ("1",), N_("View 1"), N_("Your tickets, or the view that was put on this digit"), FIND, LIST),
    Command("view_2", ("2",), N_("View 2"), N_("What nobody has, or the view that was put here"), FIND, LIST),
    Command("view_3", ("3",), N_("View 3"), N_("The team's queue, or the view that was put here"), FIND, LIST),
    Command("view_4", ("4",), N_("View 4"), N_("What waits, or the view that was put here"), FIND, LIST),
    Command("view_5", ("5",), N_("View 5"), N_("What is breached, or the view that was put here"), FIND, LIST),
    Command("view_6", ("6",), N_("View 6"), N_("All, closed too, or the view that was put here"), FIND, LIST),
    Command("view_7", ("7",), N_("View 7"), N_("A saved view"), FIND, LIST),
    Command("view_8", ("8",), N_("View 8"), N_("A saved view"), FIND, LIST),
    Command("view_9", ("9",), N_("View 9"), N_("A saved view"), FIND, LIST),
    Command("save_view", (), N_("Save view"), N_("Save the filter as a view, with name and digit"), FIND, LIST),
    Command("delete_view", (), N_("Delete view"), N_("Delete the saved view that is shown (asks first)"), FIND, LIST),
    Command("open_menu", ("o",), N_("Open..."), N_("Unfold quoted text, open or save a file, follow a link"), OTHER),
    Command("copy", ("y",), N_("Copy"), N_("Copy the number, the address, the message, ..."), OTHER),
    Command("unfold", (), N_("Unfold"), N_("Show or fold all quoted text"), OTHER),
    Command("explain", (), N_("Explain"), N_("Every step of the ticket's clocks"), OTHER),
    Command("playbook", ("B",), N_("Playbook"), N_("How far its playbook has come, and what holds it up"), OTHER),
    Command("why", (), N_("Why"), N_("What decided about the ticket, and where it stands"), OTHER),
    Command("quarantine", ("Q",), N_("Mail"), N_("What became of the mail: quarantine and ledger"), OTHER),
    Command("retry", ("R",), N_("Again"), N_("Handle messages in quarantine again (asks first)"), WORK, MAIL, footer=2),
    Command("discard", ("X",), N_("Discard"), N_("Give messages in quarantine up (asks first)"), WORK, MAIL, footer=3),
    Command("preview", ("p",), N_("Preview"), N_("Show or hide the preview"), OTHER, LIST),
    Command("zoom", ("z",), N_("Zoom"), N_("The preview, or the conversation, on the whole screen"), OTHER),
    Command("fetch", ("F",), N_("Fetch mail"), N_("Fetch mail now, in the background"), OTHER, LIST),
    Command("refresh", ("ctrl+r", "f5"), N_("Refresh"), N_("Read again and sort anew"), OTHER),
    Command("palette", ("ctrl+p",), N_("Palette"), N_("Search all commands"), OTHER),
    Command("keys", ("?", "f1"), N_("Keys"), N_("The keys of this screen"), OTHER, footer=99),
    Command("suspend", ("ctrl+z",), N_("Suspend"), N_("Leave to the shell; `fg` comes back"), OTHER),
    Command("board", ("0",), N_("Board"), N_("The board: what burns, who has what, how it went, what comes"), OTHER),
    Command(
        "triage", ("T",), N_("Triage"), N_("Triage: what is new, one ticket a screen, the next on each decision"), OTHER
    ),
    Command("other_pane", ("tab", "shift+tab"), N_("Panel"), N_("The next panel"), MOVE, BOARD, footer=2),
    Command("zoom", ("z",), N_("Zoom"), N_("The panel on the whole screen"), OTHER, BOARD, footer=3),
    Command(
        "accept",
        ("enter",),
        N_("Next"),
        N_("Set the service that is picked; else it stays as it is; the next"),
        WORK,
        TRIAGE,
        footer=1,
    ),
    Command("next_ticket", ("J",), N_("Skip"), N_("Leave it for another time; the next"), MOVE, TRIAGE, footer=9),
    Command("previous_ticket", ("K",), N_("Previous ticket"), N_("The one before"), MOVE, TRIAGE),
    *(
        Command(f"pick_{digit}", (str(digit),), N_("Service"), N_("Pick the service on this digit"), WORK, TRIAGE)
        for digit in range(1, 10)
    ),
    Command("leave", ("q",), N_("Quit"), N_("Quit"), OTHER, LIST),
    Command("leave", ("q",), N_("Back"), N_("Back to the list"), OTHER, TICKET, footer=11),
)


def written(id_: str) -> str:
    """What a command is called on the `:` line."""
    return _VERBS.get(id_, id_.replace("_", "-"))


ELSEWHERE: Mapping[Context, Mapping[Context, frozenset[str]]] = {
    Context.BOARD: {
        Context.LIST: frozenset({"open"}),
        Context.TICKET: frozenset(
            {
                *("back", "down", "up", "first", "last", "page_down", "page_up", "half_down", "half_up", "jump"),
                *("next", "take_next", "triage", "refresh", "palette", "keys", "suspend", "leave"),
            }
        ),
    },
    Context.TRIAGE: {
        Context.TICKET: frozenset(
            {
                *(command.id for command in COMMANDS if command.group == WORK and Context.TICKET in command.contexts),
                *("back", "down", "up", "first", "last", "page_down", "page_up", "half_down", "half_up", "other_pane"),
                *("jump", "next", "take_next", "open_menu", "unfold", "copy", "board", "refresh", "palette", "keys"),
                *("suspend", "leave"),
            }
        ),
    },
    Context.MAIL: {
        Context.LIST: frozenset({"open", "mark", "mark_all", "next_view", "previous_view"}),
        Context.TICKET: frozenset(
            {
                *("back", "down", "up", "first", "last", "page_down", "page_up", "half_down", "half_up", "jump"),
                *("next", "take_next", "other_pane", "refresh", "palette", "keys", "suspend", "leave"),
            }
        ),
    },
}
"""What of the list and the ticket can be done on other screens too, with the same keys and words."""

FOOTERS: Mapping[Context, tuple[str, ...]] = {
    Context.TRIAGE: (
        *("accept", "take", "assign", "service", "merge", "spam", "next_ticket", "note", "reply", "close", "leave"),
        "keys",
    ),
    Context.MAIL: ("open", "retry", "discard", "mark", "next_view", "leave", "keys"),
}
"""The footer of a screen whose most important keys are others than where most of its commands come from."""

_SHOWN = {
    "enter": "Enter",
    "escape": "Esc",
    "space": NC_("key", "Space"),
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "up": NC_("key", "Up"),
    "down": NC_("key", "Down"),
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


def shown(key: str) -> str:
    """A key as people write it, or as it is printed on the keyboard: `Ctrl+R`, `PgDn`, `/`."""
    if key in _SHOWN:
        return in_context("key", _SHOWN[key])
    if key.startswith("ctrl+"):
        return f"Ctrl+{key.removeprefix('ctrl+').upper()}"
    return key.upper() if len(key) > 1 else key


def commands_of(context: Context, own: Mapping[str, str] = MappingProxyType({})) -> tuple[Command, ...]:
    """What can be done there, in the order of the registry; with a person's own keys (ids to keys) in their place."""
    borrowed = ELSEWHERE.get(context, {})
    return tuple(
        command if command.id not in own else command._replace(keys=keys_in(own[command.id]))
        for command in COMMANDS
        if context in command.contexts
        or any(command.id in ids and where in command.contexts for where, ids in borrowed.items())
    )


def bindings_of(context: Context) -> list[BindingType]:
    """The bindings of a screen, every key with its twin of the other layout; the id lets the configuration rebind."""
    return [
        Binding(in_both_layouts(command.keys), f"do('{command.id}')", command.label, show=False, id=command.id)
        for command in commands_of(context)
        if command.keys
    ]


NEED_ROWS = frozenset(
    {*(command.id for command in COMMANDS if command.group == WORK or command.verb), "copy"} - {"undo", "new"}
)
"""Commands that are about the chosen tickets: wherever their rows are not held, these are read first."""


def keymap_of(keys: Mapping[str, str]) -> dict[str, str]:
    """A person's own keys by command id, with their twins, as Textual's keymap."""
    return {id_: in_both_layouts(keys_in(chosen)) for id_, chosen in keys.items()}


def footer_of(context: Context, own: Mapping[str, str] = MappingProxyType({})) -> tuple[Command, ...]:
    """The commands of the footer, the most important first."""
    commands = commands_of(context, own)
    if context in FOOTERS:
        by_id = {command.id: command for command in commands}
        return tuple(by_id[id_] for id_ in FOOTERS[context])
    return tuple(sorted((each for each in commands if each.footer), key=lambda each: each.footer))
