"""The grammar of the command line in Typer's objects: lazy groups, global options anywhere, help led by examples.

Typer 0.28 carries its own copy of Click; only what `typer` and `typer.core` offer is used of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from sdesk.actions import fence
from sdesk.cli import diagnostics, terminal
from sdesk.cli.commands import COMMANDS, DAILY, Noun, Verb
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Invocation, of
from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import nearest

HELP_WIDTH = 100

_ENDLESS = 2**63 - 1
"""The greatest number that the store can hold: a bound that nobody meets."""

EXAMPLES = """\
sdesk                                     open the console
sdesk list                                the queue, most urgent first
sdesk list team:it assignee:none          what nobody of IT has yet
sdesk show 123                            one ticket with its conversation
sdesk take 123                            make it yours
sdesk reply 123 --text "On my way"        answer the requester
sdesk close 123 --text "Replaced"         done, and the requester is told
sdesk demo                                look at a throw-away desk first
"""


_NAMING = ("db", "config", "agent")
"""Global options that say with what the work is done, and by whom."""


class _WithGlobals:
    """What commands and groups share: the global options, and help that leads with examples."""

    prints = True

    def add_globals(self, params: list[Any]) -> None:
        """Take the global options too, wherever they stand."""
        params.extend(_global_options(self.prints))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Summary, examples, usage, then the rest."""
        summary, examples = split_help(getattr(self, "help", None) or "")
        formatter.write(f"{_fitting(summary)}\n")
        if examples:
            formatter.write("\nExamples:\n")
            for line in examples.splitlines():
                formatter.write(f"  {line}\n" if line else "\n")
        formatter.write("\n")
        self.format_usage(ctx, formatter)
        self.format_options(ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments and options of its own first, the global ones last."""
        own: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": [], "Everywhere": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is None:
                continue
            section = "Arguments" if param.param_type_name == "argument" else "Options"
            own["Everywhere" if is_global(param) else section].append((record[0], spoken(param, record[1])))
        self.format_commands(ctx, formatter)
        for title, records in own.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """A command has none below it."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        raise NotImplementedError

    def get_params(self, ctx: Any) -> list[Any]:
        raise NotImplementedError


@contextmanager
def _known_to(ctx: Any) -> Iterator[None]:
    """Tell an error of the parser, which knows no command, whose help could help."""
    try:
        yield
    except TyperException as error:
        if getattr(error, "ctx", None) is None:
            error.ctx = ctx  # type: ignore[attr-defined]
        raise


class _GlobalOption(TyperOption):
    """An option that every command takes."""


class Command(_WithGlobals, TyperCommand):
    """A verb that prints rows."""

    whole = False
    """See `Verb`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_globals(self.params)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """As Typer says it."""
        TyperCommand.format_usage(self, ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer does it."""
        with _known_to(ctx):
            left = list(TyperCommand.parse_args(self, ctx, args))
        if fence.is_up():
            from sdesk.cli.ssh_guard import require_options

            require_options(ctx, self.params)
        return left

    def get_params(self, ctx: Any) -> list[Any]:
        """As Typer says it."""
        return list(TyperCommand.get_params(self, ctx))

    def invoke(self, ctx: Any) -> Any:
        """As Typer does it; Refused for the desk's own work where a wall stands before the agent who was named."""
        if self.whole:
            of(ctx).require_no_wall(ctx.command_path)
        return TyperCommand.invoke(self, ctx)


class SilentCommand(Command):
    """A verb that prints no rows: no `-o`, no `--fields`."""

    prints = False


class Group(_WithGlobals, TyperGroup):
    """The root or a noun: its commands are entries of the table until they are run."""

    table: Mapping[str, Verb | Noun] = COMMANDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_globals(self.params)

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the table's order."""
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the command, and make Typer's object of it."""
        entry = self.table.get(cmd_name)
        if isinstance(entry, Verb):
            if fence.is_up():
                from sdesk.cli.ssh_guard import require_served

                require_served(ctx, cmd_name)
            return verb_of(cmd_name, entry)
        return None if entry is None else _noun(cmd_name, entry)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first word; BadInput with the nearest right one."""
        if args[0] not in self.table and not args[0].startswith("-"):
            raise _no_command(ctx.command_path, args[0], self.table)
        return super().resolve_command(ctx, args)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """As Typer says it."""
        TyperGroup.format_usage(self, ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer does it."""
        with _known_to(ctx):
            return list(TyperGroup.parse_args(self, ctx, args))

    def get_params(self, ctx: Any) -> list[Any]:
        """As Typer says it."""
        return list(TyperGroup.get_params(self, ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """From the table alone: help imports no command."""
        sections: dict[str, list[tuple[str, str]]] = {"Every day": [], "Commands": []}
        for name, entry in self.table.items():
            at_root = self.table is COMMANDS
            line = entry.summary
            if at_root and isinstance(entry, Noun):
                line += f" ({', '.join(entry.verbs)})" if name != "ticket" else ""
            sections["Every day" if at_root and name in DAILY else "Commands"].append((name, line))
        for title, rows in sections.items():
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def build_root() -> Group:
    """The root group."""
    return _typer_group("sdesk", f"A service desk that lives in the terminal.\n\nExamples:\n{EXAMPLES}", COMMANDS)


def help_of(path: Sequence[str]) -> str:
    """The help of a command, by its words; BadInput where there is no such command."""
    command: Any = build_root()
    context = command.context_class(command, info_name="sdesk", max_content_width=HELP_WIDTH)
    for word in path:
        name, command, _ = _group(command, path).resolve_command(context, [word])
        context = command.context_class(command, info_name=name, parent=context, max_content_width=HELP_WIDTH)
    return str(command.get_help(context))


def _alone(ctx: typer.Context) -> int | None:
    """What a group does without a command: the root opens the console on a terminal; else help, and exit 2."""
    if ctx.invoked_subcommand is not None:
        return None
    if ctx.parent is None and terminal.is_one():
        return terminal.open_console(of(ctx))
    diagnostics.write(ctx.get_help() + "\n")
    return ExitCode.USAGE


def verb_of(name: str, entry: Verb) -> Any:
    """Import a command, and make Typer's object of it: it knows its options."""
    module = import_module(f"sdesk.cli.{entry.module}")
    single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    single.command(name, cls=Command if entry.prints else SilentCommand)(getattr(module, entry.function))
    command = typer.main.get_command(single)
    if entry.whole and isinstance(command, Command):
        command.whole = True
    return command


def _noun(name: str, entry: Noun) -> Group:
    summary = entry.summary[:1].upper() + entry.summary[1:]
    return _typer_group(name, f"{summary}.", entry.verbs)


def _typer_group(name: str, text: str, table: Mapping[str, Verb | Noun]) -> Group:
    app = typer.Typer(name=name, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback(cls=Group, help=text, invoke_without_command=True)(_alone)
    group = typer.main.get_command(app)
    if not isinstance(group, Group):
        raise TypeError(f"Typer made no group of {name}")
    group.table = table
    return group


def _group(command: Any, path: Sequence[str]) -> Group:
    if isinstance(command, Group):
        return command
    raise BadInput(f"`sdesk {' '.join(path)}` is no command", "see `sdesk --help`")


def _global_options(prints: bool) -> list[_GlobalOption]:
    printing = [
        _option(
            ["-o", "--output"],
            "output",
            "FORMAT",
            "table (on a terminal), tsv (elsewhere), json, jsonl, csv, csv-safe, ids",
        ),
        _option(["--fields"], "fields", "A,B,C", "which fields, in which order"),
    ]
    return [
        *(printing if prints else ()),
        _option(["--db"], "db", "PATH", "the store (SDESK_DB)"),
        _option(["--config"], "config", "FILE", "the configuration (SDESK_CONFIG)"),
        _option(["--as"], "agent", "LOGIN", "the acting agent (SDESK_AGENT)"),
        _option(["--color"], "color", "WHEN", "auto, always or never"),
        _GlobalOption(
            param_decls=["debug", "--debug"],
            is_flag=True,
            expose_value=False,
            help="show where an error comes from",
            callback=_keep_origins,
        ),
    ]


def _option(names: list[str], wish: str, metavar: str, text: str) -> _GlobalOption:
    return _GlobalOption(
        param_decls=[f"{wish}_wish", *names],
        type=str,
        metavar=metavar,
        expose_value=False,
        help=text,
        callback=_remember(wish),
    )


def _keep_origins(ctx: Any, param: Any, value: Any) -> Any:
    """`run` has looked for it before; over SSH the program's own places are nobody's business."""
    if value and fence.is_up():
        raise fence.not_taken("--debug")
    return value


def _remember(wish: str) -> Any:
    def keep(ctx: Any, param: Any, value: Any) -> Any:
        found = ctx.find_object(Invocation)
        if value is not None and wish in _NAMING and fence.is_up():
            raise fence.not_taken(param.opts[-1])
        if value is not None and not value.strip() and wish in _NAMING:
            # A variable that is not set would else mean the usual store, or oneself.
            raise typer.BadParameter("it is empty", ctx=ctx, param=param)
        if value not in (None, False) and found is not None:
            setattr(found.wishes, wish, value)
        return value

    return keep


def is_global(param: Any) -> bool:
    """Whether every command takes it."""
    return isinstance(param, _GlobalOption) or param.name == "help"


def span_of(param: Any) -> str:
    """The numbers that it takes, as a person says it: `0 or more`, `1 to 90`; empty where it is of no numbers."""
    least, most = getattr(param.type, "min", None), getattr(param.type, "max", None)
    if least is None or most is None:
        return ""
    return f"{least} or more" if most == _ENDLESS else f"{least} to {most}"


def spoken(param: Any, text: str) -> str:
    """Its line of help. Of a range that ends only where the store does it says nothing: that is no news to anybody."""
    if param.name == "help":
        return "print this"
    if not (span := span_of(param)):
        return text
    ranged = f"{param.type.min}<=x<={param.type.max}"
    text = text.replace(ranged, span if param.type.max != _ENDLESS else "")
    return text.replace("[; ", "[").replace("; ]", "]").replace("  []", "")


def _fitting(summary: str) -> str:
    """Its paragraphs; on a terminal that is narrower than their lines they are broken anew. Lists stay as they are."""
    from sdesk.cli.wrapping import width_of, wrapped

    columns = width_of(sys.stdout)
    if columns is None or all(len(line) <= columns for line in summary.split("\n")):
        return summary
    paragraphs = [
        part if "\n " in part or part.startswith(" ") else "\n".join(wrapped(part.replace("\n", " "), columns))
        for part in summary.split("\n\n")
    ]
    return "\n\n".join(paragraphs)


def split_help(text: str) -> tuple[str, str]:
    """What a docstring says, and its examples."""
    summary, _, examples = text.partition("Examples:\n")
    lines = examples.rstrip().splitlines()
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return summary.strip(), "\n".join(line[margin:].rstrip() for line in lines)


def _no_command(above: str, word: str, table: Mapping[str, Verb | Noun]) -> BadInput:
    paths = {name: f"{above} {name}" for name in table}
    if table is COMMANDS:
        for noun, entry in table.items():
            if isinstance(entry, Noun):
                paths |= {verb: f"{above} {noun} {verb}" for verb in entry.verbs if verb not in paths}
    near = nearest(word, paths)
    remedy = f"did you mean `{paths[near]}`?" if near is not None else f"see `{above} --help`"
    return BadInput(f"there is no command `{above} {word}`", remedy)
