"""The keys: each command in both keyboard layouts, and those that are never bound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from console_driver import driving
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.screen import Screen

from sdesk.domain.errors import BadInput
from sdesk.tui.actions import COMMANDS, Command, Context, commands_of, footer_of
from sdesk.tui.app import Console, run_console
from sdesk.tui.keyboard import TWINS, in_both_layouts, twin
from sdesk.tui.markup import verbatim
from sdesk.tui.own_keys import check_keys
from sdesk.tui.screens.ask import Ask
from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.screens.board import BoardScreen
from sdesk.tui.screens.choose import Choose
from sdesk.tui.screens.compose import Compose
from sdesk.tui.screens.compose_fields import PathField, PicksInRow, Words
from sdesk.tui.screens.compose_menu import PutIn
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.screens.find_ticket import FindTicket
from sdesk.tui.screens.form import Form
from sdesk.tui.screens.form_new import OpenOnes
from sdesk.tui.screens.forms import CloseForm, WaitForm
from sdesk.tui.screens.keys import Keys
from sdesk.tui.screens.mailroom import MailroomScreen
from sdesk.tui.screens.queue import QueueScreen
from sdesk.tui.screens.ticket import TicketScreen
from sdesk.tui.screens.triage import TriageScreen
from sdesk.tui.settings import ConsoleSettings
from sdesk.tui.widgets.checks import Checks
from sdesk.tui.widgets.pane import Pane
from sdesk.tui.widgets.panel import RowList
from sdesk.tui.widgets.picks import Picks
from sdesk.tui.widgets.queue_list import QueueList

SCREENS: dict[Context, type[DeskScreen]] = {
    Context.LIST: QueueScreen,
    Context.TICKET: TicketScreen,
    Context.MAIL: MailroomScreen,
    Context.BOARD: BoardScreen,
    Context.TRIAGE: TriageScreen,
}
WAY_TO = {Context.TICKET: "enter", Context.MAIL: "Q", Context.BOARD: "0", Context.TRIAGE: "T"}
"""The key that opens a screen from the list."""
OURS: tuple[type[DOMNode], ...] = (
    Console,
    *SCREENS.values(),
    RowList,
    Keys,
    Choose,
    Ask,
    Confirm,
    Form,
    WaitForm,
    CloseForm,
    FindTicket,
    OpenOnes,
    Compose,
    PathField,
    PicksInRow,
    PutIn,
    Words,
    QueueList,
    Pane,
    Picks,
    Checks,
)
TEXTUAL_NAMES = {".": "full_stop", "/": "slash", "[": "left_square_bracket", "]": "right_square_bracket"}


def test_twins_of_the_russian_layout() -> None:
    assert twin("r") == "к"
    assert twin("E") == "У"
    assert twin("/") == "."
    assert twin("?") == ","
    assert twin("#") == "№"
    assert twin("[") == "х"
    assert twin("ctrl+r") == "ctrl+к"
    assert twin("enter") is None
    assert twin("*") is None
    assert in_both_layouts(("?", "f1")) == "?,comma,f1"
    assert len(set(TWINS.values())) == len(TWINS), "two Latin keys may not share a Russian one"


@pytest.mark.parametrize("context", list(Context))
def test_no_key_means_two_things(context: Context) -> None:
    bindings = BindingsMap(SCREENS[context].BINDINGS)
    for key, bound in bindings.key_to_bindings.items():
        assert len({binding.action for binding in bound}) == 1, key


def test_a_letter_means_the_same_on_every_screen() -> None:
    meant: dict[str, str] = {}
    for command in COMMANDS:
        for key in command.keys:
            if key != "enter" and not key.isdigit():  # what they choose is what the screen shows
                assert meant.setdefault(key, command.id) == command.id, key


def test_the_footer_ends_with_the_list_of_keys() -> None:
    for context in Context:
        assert not footer_of(context) or footer_of(context)[-1].id == "keys"


def _all_bindings() -> Iterator[tuple[str, Binding]]:
    for owner in OURS:
        for base in owner.__mro__:
            if not base.__module__.startswith("sdesk."):
                continue
            for key, bound in BindingsMap(base.__dict__.get("BINDINGS", ())).key_to_bindings.items():
                yield from ((key, binding) for binding in bound)


def test_keys_that_terminals_need_are_never_bound() -> None:
    never = {f"ctrl+{letter}" for letter in "sqjmihbao"} | {"delete", "d", "x", "в", "ч"}
    bound = {key for key, _ in _all_bindings()}
    assert bound, "there are bindings to look at"
    assert not bound & never
    assert not [key for key in bound if key.startswith("alt+")]
    # Textual's own application binds Ctrl+Q; ours leaves that out.
    assert "ctrl+q" not in Console._merge_bindings().key_to_bindings


def _pressable(command: Command) -> Iterator[str]:
    """Every key of a command in both layouts, as a terminal would report it."""
    for key in command.keys:
        for each in (key, twin(key)):
            if each is not None:
                yield each


@pytest.mark.parametrize("context", list(Context))
async def test_every_command_in_both_layouts(busy_desk_path: Path, context: Context) -> None:
    async with driving(busy_desk_path) as driver:
        opened_by = {Context.TICKET: "enter", Context.MAIL: "Q", Context.BOARD: "0", Context.TRIAGE: "T"}
        if context in opened_by:
            await driver.press(opened_by[context])
            await driver.rest()
        screen: Screen[object] = driver.console.screen
        if context is Context.BOARD:
            screen.set_focus(None)  # its lists move themselves
        pressed: list[str] = []
        for command in commands_of(context):
            setattr(screen, f"action_{command.id}", lambda name=command.id: pressed.append(name))
        for command in commands_of(context):
            for key in _pressable(command):
                pressed.clear()
                await driver.press(key)
                assert pressed == [command.id], f"{key} should do {command.id}"


async def test_own_keys_hold_with_their_twins(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path, settings=ConsoleSettings(keys={"take": "b, Ctrl+T"})) as driver:
        pressed: list[str] = []
        driver.console.screen.action_take = lambda: pressed.append("take")  # type: ignore[attr-defined]
        await driver.press("b", "и", "m", "ctrl+t")
        assert pressed == ["take"] * 3


def test_an_unknown_command_in_the_configuration_is_an_error(busy_desk_path: Path) -> None:
    with pytest.raises(BadInput, match="did you mean `take`"):
        run_console(
            store=busy_desk_path,
            login="anna",
            fetch=None,
            now=lambda: pytest.fail("never asked"),
            settings=ConsoleSettings(keys={"tak": "b"}),
        )


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"take": "r"}, "`r` is both `take` and `reply` on the list"),
        ({"take": "к"}, "`к` is both `take` and `reply`"),
        ({"reply": "ctrl+r"}, "`Ctrl+R` is both `reply` and `refresh`"),
        ({"take": "d"}, "`d` is never bound"),
        ({"take": "ч"}, "`ч` is never bound"),
        ({"take": "b, Ctrl+S"}, "`Ctrl+S` is never bound"),
        ({"take": "alt+t"}, "never bound"),
        ({"take": "hom"}, "did you mean `home`?"),
        ({"take": " "}, "is given no key"),
        ({"next_ticket": "r"}, "`r` is both `next_ticket` and `reply` on the ticket"),
    ],
)
def test_own_keys_that_cannot_be_are_refused_in_one_line(own: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput) as error:
        check_keys(own)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_keys_may_change_places() -> None:
    check_keys({"take": "r", "reply": "m"})
    check_keys({"take": "b, Ctrl+T, f6"})
    check_keys({})


async def test_letters_are_text_while_a_field_has_the_keys(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        before = driver.cursor
        await driver.press("slash")
        await driver.type("mca#!q")
        assert driver.console.queue.filter_text == "mca#!q"
        assert driver.console.screen is driver.console.queue
        assert driver.console.is_running
        await driver.press("escape")
        assert driver.console.queue.filter_text == ""
        assert driver.cursor == before


async def test_the_list_of_keys_names_every_command_and_says_why_not(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("question_mark")
        lines = driver.console.screen.query_one("#lines", Pane).plain_text
        whole = " ".join(lines.split())
        for command in commands_of(Context.LIST):
            assert command.help in whole
        assert "no mailbox is set up" in whole
        assert "the requester wrote since an agent answered" in lines
        await driver.press("escape")
        assert driver.console.screen is driver.console.queue


async def test_the_palette_has_every_command_view_and_theme(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        console = driver.console
        for context in (Context.LIST, Context.TICKET):
            if context is Context.TICKET:
                await driver.press("enter")
            found = [(command.title, command.help) for command in console.get_system_commands(console.screen)]
            titles = {title for title, _ in found}
            for command in commands_of(context):
                if command.id in {"palette", "up", "down"} or command.id.startswith("view_"):
                    continue
                helps = [help_ for title, help_ in found if title == command.label]
                assert any("Not now" in help_ or help_.endswith(verbatim(f"({command.key})")) for help_ in helps) or (
                    helps and not command.keys
                ), command.id
            if context is Context.LIST:
                assert any("no mailbox is set up" in help_ for _, help_ in found)
            assert {f"View {view.label}" for view in console.views} <= titles


async def test_the_palette_runs_a_command(busy_desk_path: Path) -> None:
    async with driving(busy_desk_path) as driver:
        await driver.press("ctrl+p")
        await driver.type("next view")
        await driver.press("enter")
        await driver.rest()
        assert driver.console.queue.view.name == "Waiting"
