"""The entry, and the one place that knows all rooms: it hands the command line the clock, the console and the demo."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
"""As in `typing`, which is not loaded here: what `main` has not begun yet it cannot end in one line."""

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import NoReturn

    from sdesk.cli.invocation import BuiltDemo
    from sdesk.config import Config
    from sdesk.desk.opening import Desk
    from sdesk.domain.actor import Actor
    from sdesk.mail.inbox.fetch import FetchReport
    from sdesk.mail.inbox.quarantine import Retried


_GARBAGE_AFTER = 50_000
"""So many new objects make Python look for cycles. Its own 700 makes it look hundreds of times while modules are
loaded, when hardly anything can go: a seventh of the time that `sdesk new` takes (measured)."""


def main() -> None:
    """Run the command line of this process, and end it with the exit code."""
    try:
        gc.set_threshold(_GARBAGE_AFTER, 20, 20)
        _open_what_is_closed()
        from sdesk.cli.app import run
        from sdesk.cli.invocation import Surroundings

        surroundings = Surroundings(
            clock=now, run_console=open_console, build_demo=build_demo, seal=seal, run_portal=open_portal
        )
        code = run(sys.argv[1:], surroundings)
    except KeyboardInterrupt:
        # While modules are loaded: from there on `run` says it.
        sys.stderr.write("sdesk: interrupted\n")
        code = 130
    leave(code)


def _open_what_is_closed() -> None:
    """Give each standard stream that was closed (`>&-`) something: nothing comes in, and errors go nowhere.

    What is written to standard output fails: data that is lost is no success, whoever closed it.
    """
    # They stay open to the end of the process, hence no context managers. In this order, each gets its own number.
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        # Open for reading alone.
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def leave(code: int) -> NoReturn:
    """End the process without taking the interpreter apart, which after `sdesk new` is a tenth of a second (measured).

    The command has closed what it opened, and `run` has said what was wrong with standard output.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            continue
    os._exit(code)


def now() -> datetime:
    """This instant, in UTC, in whole seconds."""
    from datetime import UTC, datetime

    return datetime.now(UTC).replace(microsecond=0)


def open_console(*, store: Path, config: Config, agent: str, board: bool = False) -> bool:
    """Open the console upon a store, or the office's board, loading Textual here and not before. False after a bug."""
    # Until its first rows are shown nothing can go, and looking for it takes a thirtieth of the start (measured).
    gc.disable()
    from sdesk.tui.app import run_console
    from sdesk.tui.mailroom import Mailroom
    from sdesk.tui.settings import ConsoleSettings

    chosen = config.console
    usual = ConsoleSettings()
    settings = ConsoleSettings(
        theme=chosen.theme or usual.theme,
        mouse=chosen.mouse,
        language=chosen.language,
        ascii=chosen.ascii,
        hint=True,
        mailboxes=tuple(config.mailboxes) or None,
        keys=chosen.keys,
    )

    if board:
        from sdesk.tui.office import run_board

        gc.enable()
        return run_board(store=store, login=agent, now=now, settings=settings)

    def fetch(progress: Callable[[int, int], None]) -> list[FetchReport]:
        return fetch_all(store, config, progress)

    def retry(desk: Desk, actor: Actor, ids: Sequence[int], at: datetime) -> list[Retried]:
        from sdesk.mail.inbox.quarantine import retry as handle_again

        return handle_again(desk, actor, config.mailboxes, ids, now=at)

    def discard(desk: Desk, actor: Actor, ids: Sequence[int], at: datetime) -> list[Retried]:
        from sdesk.mail.inbox.quarantine import discard as give_up

        return give_up(desk, actor, ids, now=at)

    return run_console(
        store=store,
        login=agent,
        fetch=fetch if config.mailboxes and not _is_fenced() else None,
        now=now,
        settings=settings,
        mailroom=Mailroom(retry, discard),
        filled=gc.enable,
    )


def _is_fenced() -> bool:
    """Whether this is a session over SSH: mailboxes have passwords and programs of the machine's."""
    from sdesk.actions.fence import is_up

    return is_up()


def open_portal(
    *,
    store: Path,
    config: Config,
    log: Callable[[str], None],
    verbose: bool = False,
    shows_links: bool = False,
    plain_http: bool = False,
) -> None:
    """Serve the portal until told to stop, loading the extra's libraries here and not before."""
    try:
        import python_multipart  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        from sdesk.domain.errors import BadInput

        raise BadInput(
            "the libraries of the portal are not installed", "add the extra: pip install 'sdesk[portal]'"
        ) from error
    from sdesk.portal.serve import serve

    serve(store, config, now, log, verbose=verbose, shows_links=shows_links, plain_http=plain_http)


def fetch_all(store: Path, config: Config, progress: Callable[[int, int], None]) -> list[FetchReport]:
    """Fetch every mailbox with a desk of its own: the console calls it in a thread.

    One that fails does not stop the next; the first failure is raised when all have been asked.
    """
    from sdesk.desk.opening import open_desk
    from sdesk.domain.errors import SdeskError
    from sdesk.mail.inbox.fetch import fetch

    def count(done: int) -> None:
        progress(before + done, before + done)

    reports: list[FetchReport] = []
    failures: list[SdeskError] = []
    desk = open_desk(store, keep_free=lambda: config.keep_free)
    try:
        for mailbox in config.mailboxes.values():
            before = sum(report.examined for report in reports)
            try:
                reports.append(fetch(desk, mailbox, now=now, progress=count))
            except SdeskError as error:
                failures.append(error)
    finally:
        desk.close()
    if failures:
        raise failures[0]
    return reports


def seal(store: Path) -> None:
    """Seal this process, which serves a session over SSH."""
    from sdesk.cli.ssh_seal import seal as seal_process

    seal_process(store)


def build_demo(folder: Path, instant: datetime) -> BuiltDemo:
    """Build the demo desk in a folder, as of an instant."""
    from sdesk.demo.build import build

    return build(folder, instant)
