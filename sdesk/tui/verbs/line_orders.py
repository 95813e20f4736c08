"""Doing what the `:` line asks: the same actions as the keys, about the tickets it names or those that are chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sdesk.actions.grammar import Reading
from sdesk.actions.perform import TicketOutcome
from sdesk.actions.playbooks import Start, start
from sdesk.actions.registry import Kind
from sdesk.actions.written import Deed, Order
from sdesk.domain.actor import Actor
from sdesk.domain.duration import format_working
from sdesk.domain.errors import NotFound, SdeskError
from sdesk.domain.filters import Sort
from sdesk.domain.instant import Day
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import one_line
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import COMMANDS, commands_of
from sdesk.tui.language import _, count_of, told
from sdesk.tui.line import TOLD, Asked, Jump, Known, Name, Next, Run, Tell, read_line
from sdesk.tui.render.signals import end_text
from sdesk.tui.settings import THEMES
from sdesk.tui.verbs.doing import in_local_time, report

if TYPE_CHECKING:
    from sdesk.tui.verbs.ordering import Ordering

Names = dict[Kind, tuple[Name, ...]]

ASKED_FIRST = frozenset({"spam", "merge", "reply", "close", "forward", "join"})
"""Of several tickets these are asked before: people are told, or tickets go away."""


class LineOrders:
    """The `:` line of a screen: opened, read, and done."""

    def __init__(self, screen: Ordering) -> None:
        self._screen = screen

    def open(self, begun: str = "") -> None:
        """Open the line, with something typed already."""
        from sdesk.tui.screens.command_line import CommandLine

        console, now = self._screen.console, self._screen.console.now()
        line = CommandLine(self._line_knows(), self._means, console.lines, begun)

        def answered(text: str | None) -> None:
            if text is not None:
                self._do_line(text)

        self._screen.app.push_screen(line, answered)
        console.link.read(
            line,
            lambda reader, actor: (read_names(reader, actor, now), read_playbooks(reader, actor)),
            lambda found: line.learn(self._line_knows(*found)),
            console.notice_error,
        )

    def _line_knows(self, names: Names | None = None, playbooks: tuple[Name, ...] = ()) -> Known:
        """What a line can say here."""
        console = self._screen.console
        held = [held.row for held in console.queue.rows.window.rows]
        tags = sorted({tag for row in held for tag in row.tags})
        tickets = tuple(Name(row.ref, one_line(row.subject)) for row in (*self._screen.chosen(), *held))
        return Known(
            commands={
                command.id: command.help for command in commands_of(self._screen.CONTEXT) if command.id != "line"
            },
            views=tuple(Name(view.label, view.words) for view in console.views),
            themes=tuple(THEMES),
            playbooks=playbooks,
            values={
                Kind.TICKET: tuple(dict.fromkeys(tickets)),
                Kind.TAGS: tuple(map(Name, tags)),
                **(names or {}),
            },
        )

    def _read(self, text: str, *, files: bool) -> Asked | None:
        console = self._screen.console
        prefix = console.ground.desk.ref_prefix if console.ground is not None else "SD"
        return read_line(text, self._line_knows(), Reading(console.now(), console.zone, prefix, files))

    def _means(self, text: str) -> str:
        """What a line would do, in words; raises what is wrong with it."""
        asked = self._read(text, files=False)
        match asked:
            case Jump(number):
                return _("goes to ticket {number}").format(number=number)
            case Next(take, dry_run):
                dry = _("dry run: ") if dry_run else ""
                return dry + (_("takes the next ticket") if take else _("goes to the next ticket"))
            case Tell(what, said):
                return f"{_(TOLD[what])}: {said}"
            case Start():
                dry = _("dry run: ") if asked.dry_run else ""
                return dry + _("starts {key} for {day}").format(key=asked.key, day=asked.day.replace("T", " "))
            case Run(command):
                return next((_(each.help) for each in commands_of(self._screen.CONTEXT) if each.id == command), "")
            case Order():
                which = count_of(
                    "{count} ticket", "{count} tickets", len(asked.numbers) or len(self._screen.chosen_numbers())
                )
                if len(asked.numbers) == 1:
                    which = f"#{asked.numbers[0]}"
                elif not asked.numbers and len(self._screen.chosen()) == 1:
                    which = self._screen.chosen()[0].ref
                more = _(" (asks for more)") if asked.missing else ""
                dry = _("dry run: ") if asked.dry_run else ""
                # What was understood comes first: at 80 columns the end is cut.
                return f"{dry}{which}{self._in_words(asked)}{more}   {told(_(asked.verb.summary))}"
            case _:
                return ""

    def _in_words(self, order: Order) -> str:
        """The values of an order as they were understood: which Friday, how long."""
        now, zone = self._screen.console.now(), self._screen.console.zone
        said: list[str] = []
        for deed in order.deeds:
            for option in order.verb.options:
                value = deed.values.get(option.parameter.name)
                if value is None or option.action != deed.action:
                    continue
                if isinstance(value, datetime | Day):
                    text = end_text(value, now, zone)
                elif option.parameter.kind is Kind.LENGTH:
                    text = format_working(int(str(value)))
                elif isinstance(value, tuple):
                    text = ", ".join(map(str, value))
                else:
                    text = "" if value is True else str(value)
                said.append(f"{option.flag} {one_line(text)}".strip())
        return f"   {'   '.join(said)}" if said else ""

    # ---- doing it -------------------------------------------------------------------------------

    def _do_line(self, text: str) -> None:
        """Do what a line asks for; it was read before, but for files, which may be gone."""
        console = self._screen.console
        try:
            asked = self._read(text, files=True)
        except SdeskError as error:
            console.notice_error(error)
            return
        match asked:
            case Jump(number):
                console.open_ticket(number)
            case Next(take, dry_run):
                self._next(take=take, dry_run=dry_run)
            case Tell(what, said):
                self._tell(what, said)
            case Start():
                self._start(asked)
            case Run(command, numbers):
                self._about(numbers, lambda: self._screen.call_next(self._screen.action_do, command))
            case Order():
                self._about(asked.numbers, lambda: self._order(asked))
            case _:
                pass

    def _next(self, *, take: bool, dry_run: bool) -> None:
        from sdesk.tui.verbs.next_up import go_to_next, take_the_next

        if take:
            take_the_next(self._screen, dry_run=dry_run)
        else:
            go_to_next(self._screen)

    def _start(self, wanted: Start) -> None:
        """Start a playbook, and show its parent."""
        console = self._screen.console

        def started(outcomes: tuple[TicketOutcome, ...]) -> None:
            text, kind = report(outcomes[:1], {})
            if len(outcomes) > 1:
                text += " " + count_of("{count} step is open", "{count} steps are open", len(outcomes) - 1)
            if wanted.dry_run:
                console.notice(_("dry run: {what}").format(what=text), kind)
                return
            console.notice(text, kind)
            console.queue.deed_done([each.number for each in outcomes])
            console.open_ticket(outcomes[0].number)

        console.link.write(
            self._screen,
            lambda desk, actor, now: start(desk, actor, wanted, now=now),
            started,
            console.notice_error,
        )

    def _tell(self, what: str, said: str) -> None:
        console = self._screen.console
        if what == "theme":
            console.theme = said
            return
        if self._screen is not console.queue:
            console.pop_screen()
        try:
            if what == "view":
                console.queue.show_view_named(said)
            elif what == "sort":
                console.queue.sort_by(Sort(said))
            else:
                console.queue.set_filter(said)
        except SdeskError as error:
            console.notice_error(error)

    def _about(self, numbers: Sequence[int], then: Callable[[], object]) -> None:
        """Do something about tickets by their numbers, or about those that are chosen."""
        if not numbers:
            self._screen.with_chosen(then)
            return
        console, now = self._screen.console, self._screen.console.now()

        def found(rows: dict[int, TicketRow]) -> None:
            lost = [number for number in numbers if number not in rows]
            if lost:
                prefix = console.ground.desk.ref_prefix if console.ground is not None else ""
                refs = ", ".join(f"{prefix}-{number}" for number in lost)
                console.notice_error(NotFound(phrase("there is no ticket {ref}", ref=refs), phrase("nothing was done")))
                return
            self._meaning(tuple(rows[number] for number in numbers), then)

        console.link.read(
            self._screen, lambda reader, actor: reader.rows(actor, numbers, now=now), found, console.notice_error
        )

    def _meaning(self, rows: tuple[TicketRow, ...], then: Callable[[], object]) -> None:
        self._screen.meant = rows
        try:
            then()
        finally:
            self._screen.meant = None

    def _order(self, order: Order) -> None:
        from sdesk.tui.screens.dialog import Confirm

        if order.missing:
            self._ask_for(order)
            return
        first = order.deeds[0].action
        rows = self._screen._possible(first)
        if not rows:
            return
        if order.dry_run:
            self._try(order.deeds, rows)
            return
        alone = len(rows) == 1 and first not in {"spam", "merge"}
        if order.yes or alone or first not in ASKED_FIRST:
            self._do_all(order.deeds, rows, asked=order.yes)
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._do_all(order.deeds, rows, asked=True)

        which = rows[0].ref if len(rows) == 1 else count_of("{count} ticket", "{count} tickets", len(rows))
        title = _("{verb}: {tickets}?").format(verb=told(_(order.verb.summary)), tickets=which)
        self._screen.app.push_screen(Confirm(title, _("Do it")), confirmed)

    def _ask_for(self, order: Order) -> None:
        """The form of a verb whose words are missing."""
        action = order.verb.actions[-1 if order.verb.name == "set" else 0]
        wanted = "set" if order.verb.name == "set" else action
        command = next((each for each in COMMANDS if each.id == wanted), None) or next(
            (each for each in COMMANDS if each.verb == wanted), None
        )
        deed = getattr(self._screen, f"action_{command.id}", None) if command is not None else None
        if deed is not None:
            deed()
            return
        flags = " ".join(f"{option.flag} {told(_(option.parameter.summary))}" for option in order.missing)
        self._screen.console.notice(_("{verb} wants {flags}").format(verb=order.verb.name, flags=flags), "error")
        self.open(f"{order.verb.name} {' '.join(map(str, order.numbers))} {order.missing[0].flag} ")

    def _do_all(self, deeds: Sequence[Deed], rows: tuple[TicketRow, ...], *, asked: bool) -> None:
        """One after the other: each sees what the one before it has changed."""
        (deed, *rest) = deeds
        then = (lambda: self._do_all(rest, rows, asked=True)) if rest else None
        self._screen._perform(deed.action, rows, deed.values, succeeded=then, asked=asked)

    def _try(self, deeds: Sequence[Deed], rows: tuple[TicketRow, ...]) -> None:
        """Say what would happen."""
        console = self._screen.console

        def done(outcomes: tuple[TicketOutcome, ...]) -> None:
            text, kind = report(outcomes, {row.number: row.ref for row in rows})
            text = in_local_time(text, console.now(), console.zone)
            console.notice(_("dry run: {what}").format(what=text), kind)

        for deed in deeds:
            numbers = [row.number for row in rows]
            console.link.perform(
                self._screen, deed.action, numbers, deed.values, {}, done, console.notice_error, dry_run=True
            )


def read_names(reader: Reader, actor: Actor, now: datetime) -> Names:
    """The names of the desk that a line may say."""
    agents, teams = reader.agents(now=now), reader.teams(actor)
    return {
        Kind.AGENT_OR_TEAM: (
            Name("me"),
            Name("none"),
            *(Name(agent.login, one_line(agent.name)) for agent in agents),
            *(Name(f"team:{team.key}", one_line(team.name)) for team in teams),
        ),
        Kind.AGENT: (Name("me"), *(Name(agent.login, one_line(agent.name)) for agent in agents)),
        Kind.SERVICE: tuple(Name(service.key, one_line(service.name)) for service in reader.services(actor)),
        Kind.UNIT: (Name("none"), *(Name(unit.key, one_line(unit.name)) for unit in reader.units())),
        Kind.ASSETS: tuple(Name(number, one_line(about)) for number, about in reader.begun_assets("")),
    }


def read_playbooks(reader: Reader, actor: Actor) -> tuple[Name, ...]:
    """The playbooks that a line may start."""
    return tuple(Name(each.key, one_line(each.name)) for each in reader.playbooks(actor))
