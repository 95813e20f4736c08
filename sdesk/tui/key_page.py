"""The reference page of the console's keys, made from the registry: `docs/reference/keys.md`."""

from __future__ import annotations

from collections.abc import Iterator

from sdesk.actions.written import COMMAND_LINE, verbs
from sdesk.tui.actions import COMMANDS, Command, Context, shown
from sdesk.tui.keyboard import twin
from sdesk.tui.line import TOLD
from sdesk.tui.own_keys import NEVER

_HEAD = """\
# Keys of the console

<!-- Made from the registry of commands; write it anew with SDESK_WRITE_GOLDEN=1 make unit ARGS='-k key_page'. -->

Every command is reached in three ways: by its key, in the palette (`Ctrl+P`, by its words), and on the `:` line, which
takes what changes tickets in the words of the command line. `?` shows the keys of the screen that you are on, and why a
command is not possible now. The second key is that of the Russian layout: nobody has to switch.
"""

_OWN = """\
## Your own keys

The configuration gives any command other keys, by the name in the last column; several stand with commas between:

    [console.keys]
    take = "b"
    refresh = "ctrl+t, f6"

A key that would do two things on one screen is refused at the start, and so are those that are never bound: {never}.
They belong to terminals, to tmux, screen and zellij, or delete something in other programs. So does Alt with a letter,
which types characters on a Mac.
"""

_LINE = """\
## The `:` line

Verbs and options are those of `sdesk ticket`, and what is an option there is a verb of its own too. Where no ticket is
named, they are about the marked ones, or the one under the cursor. `Tab` completes verbs, options and the desk's names,
`Up` brings back earlier lines, and what Enter would do stands below. One value may stand without its option:
`:assign dana`, `:wait requester`, `:spent 15m`. A verb whose words are missing opens its form. More than twenty tickets
are asked about before anything is done to them; `--yes` says so at once.

    :12                                       go to ticket 12
    :assign dana                              the marked tickets, or the one under the cursor
    :wait 12 --until tomorrow                 until its hours begin tomorrow, or on the next day that has any
    :wait --until "fri 12:00"
    :close --text "The drawer was replaced"
    :priority P1 --reason "Board meeting"
    :set --tag pos --urgency high
    :sort loss

"""


def key_page() -> str:
    """The page, in Markdown."""
    lines = [_HEAD]
    for context in Context:
        of_context = [command for command in COMMANDS if context in command.contexts]
        if not of_context:
            continue
        lines.append(f"## On the {context.value}\n")
        for group in dict.fromkeys(command.group for command in of_context):
            lines += [f"### {group}\n", "| keys | Russian | what it does | name |", "| --- | --- | --- | --- |"]
            lines += [_row(command) for command in of_context if command.group == group]
            lines.append("")
    lines.append(_LINE.rstrip() + "\n")
    lines += ["| verb | its value | options | on the command line |", "| --- | --- | --- | --- |", *_verbs(), ""]
    lines.append(_OWN.format(never=", ".join(f"`{shown(key)}`" for key in sorted(NEVER))).rstrip())
    return "\n".join(lines) + "\n"


def _row(command: Command) -> str:
    keys = " ".join(f"`{shown(key)}`".replace("|", "\\|") for key in command.keys) or f"`:{command.written}`"
    russian = " ".join(f"`{other}`" for key in command.keys if len(key) == 1 and (other := twin(key)))
    return f"| {keys} | {russian} | {command.help.replace('|', chr(92) + '|')} | `{command.id}` |"


def _verbs() -> Iterator[str]:
    for verb in verbs().values():
        bare = "" if verb.bare is None else verb.bare.parameter.summary
        options = " ".join(f"`{option.flag}`" for option in verb.options if option is not verb.bare)
        yield f"| `:{verb.name}` | {bare} | {options} | `sdesk {COMMAND_LINE.get(verb.name, f'ticket {verb.name}')}` |"
    for name, summary in TOLD.items():
        yield f"| `:{name}` | {summary} | | |"
