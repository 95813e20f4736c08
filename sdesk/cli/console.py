"""What opens the console: `tui`, `demo`, and `sdesk` alone. The console itself is handed in by `main`."""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from sdesk.cli import diagnostics, invocation, terminal
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import BuiltDemo, Invocation
from sdesk.config import load
from sdesk.domain.errors import BadInput


def tui(
    ctx: typer.Context,
    board: Annotated[
        bool, typer.Option("--board", help="the board for the office's screen: no keys, no names, until you press q")
    ] = False,
    in_ascii: Annotated[bool, typer.Option("--ascii", help="draw lines, dots and arrows in ASCII alone")] = False,
) -> ExitCode:
    """Open the console: the queue on the whole screen.

    Examples:
      sdesk tui
      sdesk --as anna tui
      sdesk tui --ascii
      sdesk --as lead tui --board
    """
    return terminal.open_console(invocation.of(ctx), board=board, in_ascii=in_ascii)


def demo(
    ctx: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="where to build it and leave it; else it is thrown away")
    ] = None,
) -> ExitCode:
    """Build a throw-away desk of a jewellery retailer and open its console; without a terminal, print its queue.

    Examples:
      sdesk demo
      sdesk demo /tmp/demo
    """
    call = invocation.of(ctx)
    if folder is not None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BadInput(f"{folder} is no empty folder", "name another, or none: then the demo is thrown away")
        built = call.surroundings.build_demo(folder, call.now)
        _show(call, built)
        again = shlex.join(("sdesk", "--config", str(built.config), "--as", built.agent))
        diagnostics.note(f"the demo desk stays in {folder}: `{again}` opens it")
        return ExitCode.DONE
    with tempfile.TemporaryDirectory(prefix="sdesk-demo-") as made:
        diagnostics.transient("sdesk: building the demo desk ...")
        built = call.surroundings.build_demo(Path(made), call.now)
        diagnostics.transient("")
        _show(call, built)
    return ExitCode.DONE


def _show(call: Invocation, built: BuiltDemo) -> None:
    if terminal.is_one() and terminal.can_place():
        config = load(built.config, os.environ)
        call.surroundings.run_console(store=built.store, config=config, agent=built.agent)
        return
    from sdesk.cli.output import Output
    from sdesk.cli.queue import QUEUE
    from sdesk.domain.filters import Filter

    inside = Invocation(call.surroundings)
    inside.wishes.db, inside.wishes.agent = str(built.store), built.agent
    # A table, for whoever only looks; fields are asked for by a program.
    inside.wishes.output = call.wishes.output or (None if call.wishes.fields else "table")
    inside.wishes.fields, inside.wishes.color = call.wishes.fields, call.wishes.color
    try:
        rows = inside.reader.walk(inside.actor, Filter(), now=inside.now)
        Output(inside.wishes, zone=lambda: inside.zone).rows(rows, QUEUE)
    finally:
        inside.close()
