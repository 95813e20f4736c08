"""One run of the program: what was asked for globally, and what a command needs to answer (store, agent, clock)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sdesk.cli.wishes import Wishes
from sdesk.domain.errors import BadFilter, BadInput, NotFound, Refused, SdeskError, Unavailable

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    import typer

    from sdesk.cli.output import Output
    from sdesk.config import Config
    from sdesk.desk.opening import Desk
    from sdesk.domain.actor import Actor
    from sdesk.domain.filters import Filter
    from sdesk.domain.instant import Day
    from sdesk.store.reader import Reader


class Console(Protocol):
    """Opens the full-screen console, or the office's board, until the person leaves it; gives False after a bug."""

    def __call__(self, *, store: Path, config: Config, agent: str, board: bool = False) -> bool: ...


class Portal(Protocol):
    """Serves the portal until it is told to stop. BadInput where its libraries are not installed."""

    def __call__(
        self,
        *,
        store: Path,
        config: Config,
        log: Callable[[str], None],
        verbose: bool,
        shows_links: bool,
        plain_http: bool,
    ) -> None: ...


class BuiltDemo(Protocol):
    """Where a demo desk stands."""

    @property
    def store(self) -> Path: ...
    @property
    def config(self) -> Path: ...
    @property
    def agent(self) -> str: ...


def _leave_open(store: Path) -> None:
    """What does not serve a session of its own, as a test, seals nothing."""


class Surroundings(NamedTuple):
    """What `main` hands in, since the command line may not reach for it itself."""

    clock: Callable[[], datetime]
    """Now: aware, UTC, whole seconds."""
    run_console: Console
    build_demo: Callable[[Path, datetime], BuiltDemo]
    seal: Callable[[Path], object] = _leave_open
    """Seals the process of a session over SSH, which works upon this store and nothing else; for ever."""
    run_portal: Portal | None = None
    """None for who serves none."""


class Invocation:
    """Everything is opened when it is first asked for, and closed when the command ends."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.wishes = Wishes()
        self._open = ExitStack()
        self._filter = ""

    @cached_property
    def now(self) -> datetime:
        """The instant of this run: one for all that it does."""
        return self.surroundings.clock()

    @cached_property
    def config(self) -> Config:
        """The configuration file, or what holds without one."""
        from sdesk import config

        named = self.wishes.config
        return config.load(config.as_path(named, os.environ) if named else None, os.environ)

    @cached_property
    def store(self) -> Path:
        """Where the store is. The configuration is read only where nothing else says so."""
        from sdesk import config

        if self.wishes.db or os.environ.get("SDESK_DB"):
            return config.store_path(config.Config(), self.wishes.db, os.environ)
        return config.store_path(self.config, None, os.environ)

    @cached_property
    def reader(self) -> Reader:
        """The read side of the store."""
        from sdesk.store.reader import Reader

        return self._open.enter_context(Reader(self.store))

    @cached_property
    def desk(self) -> Desk:
        """The write side of the store."""
        from sdesk.desk.opening import open_desk

        # Asked when mail is about to be taken: nothing else must read the configuration for it.
        desk = open_desk(self.store, keep_free=lambda: self.config.keep_free)
        self._open.callback(desk.close)
        return desk

    @cached_property
    def zone(self) -> ZoneInfo:
        """The desk's time zone: where an instant without an offset is, and how a table shows one."""
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.reader.desk.time_zone)

    @cached_property
    def output(self) -> Output:
        """Standard output, in the wished format."""
        from sdesk.cli.output import Output

        return Output(self.wishes, zone=lambda: self.zone)

    @property
    def asked_agent(self) -> str | None:
        """The login that was named for this run; None where the system's own would do."""
        return self.wishes.agent or os.environ.get("SDESK_AGENT") or None

    @cached_property
    def actor(self) -> Actor:
        """The agent who acts. BadInput where the desk knows no such login."""
        login = self.asked_agent or system_login()
        try:
            return self.reader.actor(login)
        except (NotFound, UnicodeEncodeError) as error:  # the latter: a variable that is no UTF-8
            known = ", ".join(agent.login for agent in self.reader.agents()[:8])
            remedy = "say who you are with --as LOGIN or SDESK_AGENT"
            remedy += f" (agents: {known})" if known else "; the first agents come with `sdesk desk apply FILE`"
            raise BadInput(f"`{login}` is no agent of this desk", remedy) from error

    @cached_property
    def actor_or_system(self) -> Actor:
        """The agent who acts, or the desk itself where none was named and the system's login is no agent."""
        from sdesk.domain.actor import SYSTEM

        if self.asked_agent and self.reader.agents():
            return self.actor
        try:
            return self.reader.actor(system_login())
        except (NotFound, UnicodeEncodeError):
            return SYSTEM

    @property
    def viewer(self) -> Actor:
        """Before whose walls the desk's figures stand: the agent who acts; the desk itself where none does, or where
        the name is no agent's, since a check must work under whatever name it runs.
        """
        from sdesk.domain.actor import SYSTEM

        try:
            return self.actor_or_system
        except BadInput:
            return SYSTEM

    def require_no_wall(self, command: str) -> None:
        """Refused where an agent was named for this run who does not see over all walls: what the desk does on the
        whole tells of what he may not see. Who named none has the store's file, before which no wall stands.
        """
        if not self.asked_agent:
            return
        from sdesk.store.reader import Reader

        try:
            # Closed again before the command begins: some want the store for themselves.
            with Reader(self.store) as reader:
                walled = reader.is_walled(reader.actor(self.asked_agent))
        except (NotFound, UnicodeEncodeError, Unavailable):
            # No such agent, or a store that cannot be read as it is: the command itself says what it makes of that.
            return
        if walled:
            raise Refused(
                f"`{command}` is of the whole desk, and `{self.asked_agent}` does not see all of it",
                "ask an agent whose role is admin",
            )

    def filter(self, words: Sequence[str]) -> Filter:
        """A filter as the shell has split it; all where nothing is said."""
        from sdesk.domain.filters import Filter, parse, text_of_arguments

        self._filter = text_of_arguments(words)
        return parse(self._filter, now=self.now, zone=self.zone) if words else Filter()

    def placed(self, error: SdeskError) -> SdeskError:
        """The error; of one in a filter of several words, with the place in it, as one reads it on the command line."""
        if not isinstance(error, BadFilter):
            return error
        from sdesk.domain.filters import pieces_of, place_of

        text = error.text or self._filter
        start = place_of(error, text)
        if start is None or len(pieces_of(text)) == 1:
            return error
        return BadInput(f"{error.what}, at column {start + 1} of the filter", error.remedy)

    def filter_text(self, text: str) -> Filter:
        """A filter as it was saved."""
        from sdesk.domain.filters import parse

        return parse(text, now=self.now, zone=self.zone)

    def instant(self, text: str, *, past: bool = False) -> datetime:
        """An instant as people write it, in the desk's zone where it says no offset; `past`: of a `fri`, the last."""
        from sdesk.domain.instant import parse_instant

        return parse_instant(text, now=self.now, zone=self.zone, past=past)

    def until(self, text: str) -> datetime | Day:
        """Until when something lasts: an instant, or a day alone, whose morning the ticket's calendar knows."""
        from sdesk.domain.instant import parse_until

        return parse_until(text, now=self.now, zone=self.zone)

    def since(self, text: str) -> datetime:
        """An instant to look back to. A person at a terminal is told what his words were taken for."""
        from sdesk.cli import diagnostics
        from sdesk.domain.instant import weekday_and_time

        found = self.instant(text, past=True)
        if diagnostics.on_terminal():
            diagnostics.note(f"since {weekday_and_time(found, self.zone)}")
        return found

    def close(self) -> None:
        """Give back what was opened."""
        self._open.close()


def of(ctx: typer.Context) -> Invocation:
    """The run that a command belongs to."""
    found = ctx.find_object(Invocation)
    if found is None:
        raise TypeError("a command outside of `sdesk.cli.app.run`")
    return found


def system_login() -> str:
    """The name of who runs the program; from the variables first, as `getpass.getuser` does."""
    for name in ("LOGNAME", "USER"):
        if login := os.environ.get(name):
            return login
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
