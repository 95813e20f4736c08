"""`init --cron` and `init --systemd`: what runs `sdesk tick` each minute, printed, or installed for this user."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sdesk.cli import diagnostics, output
from sdesk.cli.question import ask_first
from sdesk.domain.errors import BadInput, Unavailable
from sdesk.domain.system_words import reason_of

if TYPE_CHECKING:
    from sdesk.cli.invocation import Invocation

MARK = "# sdesk tick"
"""Stands before the crontab's line, with the store: by it the line is found again."""
UNIT = "sdesk-tick"

_SERVICE = """\
[Unit]
Description=sdesk: fetch and send mail, watch promises, tell agents
{network}
[Service]
Type=oneshot
{user}ExecStart={command}
# A tick that hangs is ended; the next one goes on where it was.
TimeoutStartSec=15min
"""
_NETWORK = """\
Wants=network-online.target
After=network-online.target
"""
"""Of the system alone: a user's manager knows no such target, and starts when the network is there."""
_TIMER = """\
[Unit]
Description=sdesk tick, each minute

[Timer]
OnCalendar=minutely
AccuracySec=5s
Persistent=true

[Install]
WantedBy=timers.target
"""


def cron(call: Invocation, *, show: bool, yes: bool) -> None:
    """The crontab's line: printed, or put into this user's crontab in the place of an older one for the same store."""
    lines = [f"{MARK} {call.store.absolute()}", f"* * * * * {_for_cron(command_of(call))}"]
    if show:
        output.text("".join(f"{line}\n" for line in lines))
        return
    program = shutil.which("crontab")
    if program is None:
        raise Unavailable("there is no `crontab` on this machine", "use `sdesk init --systemd`")
    before = _crontab(program)
    after = _with_line(before, lines)
    if after == before:
        diagnostics.note("the crontab has it already")
        return
    ask_first(f"Put this into your crontab? {lines[1]}", yes=yes, keeps=True)
    done = subprocess.run([program, "-"], input=after, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise Unavailable(
            f"the crontab could not be written: {done.stderr.strip()[:200]}", "see `sdesk init --cron --print`"
        )
    output.text(f"put into the crontab: {lines[1]}\n")


def systemd(call: Invocation, *, show: bool, yes: bool) -> None:
    """The units: printed, or written for this user (for root: for the system) and started."""
    files = {
        f"{UNIT}.service": _service(call),
        f"{UNIT}.timer": _TIMER,
    }
    folder = _unit_folder()
    if show:
        for name, text in files.items():
            output.text(f"# {folder / name}\n{text}\n")
        return
    program = shutil.which("systemctl")
    if program is None:
        raise Unavailable("there is no `systemctl` on this machine", "use `sdesk init --cron`")
    changed = {name: text for name, text in files.items() if _content(folder / name) != text}
    if changed:
        ask_first(f"Write {' and '.join(changed)} to {folder}, and start the timer?", yes=yes, keeps=True)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in changed.items():
                (folder / name).write_text(text, encoding="utf-8")
                output.text(f"wrote {folder / name}\n")
        except OSError as error:
            raise Unavailable(f"{folder} cannot be written: {reason_of(error)}", "look at its rights") from error
    scope = [] if os.geteuid() == 0 else ["--user"]
    for arguments in (["daemon-reload"], ["enable", "--now", f"{UNIT}.timer"]):
        done = subprocess.run([program, *scope, *arguments], text=True, capture_output=True, check=False)
        if done.returncode != 0:
            said = done.stderr.strip().splitlines()[:1] or [f"exit {done.returncode}"]
            raise Unavailable(f"`systemctl {' '.join(arguments)}` failed: {said[0]}", "run it by hand")
    if scope:
        diagnostics.note("units of a user stop when he logs out, unless `loginctl enable-linger` was run once")
    output.text(f"{UNIT}.timer runs\n" if changed else f"{UNIT}.timer runs already\n")


def _service(call: Invocation) -> str:
    """The service: of the system it runs as the store's owner, who alone may read it; a user's runs as he does."""
    command = " ".join(map(_for_systemd, command_of(call)))
    if os.geteuid() != 0:
        return _SERVICE.format(network="", user="", command=command)
    return _SERVICE.format(network=_NETWORK, user=f"User={_owner(call.store)}\n", command=command)


def _owner(store: Path) -> str:
    """The login of whose store it is; root's where there is none yet."""
    try:
        return store.owner()
    except (OSError, KeyError):
        return "root"


def command_of(call: Invocation) -> list[str]:
    """The command that does now what cron shall do: this sdesk, this configuration, this store, by absolute paths."""
    from sdesk.config import as_path

    program = Path(sys.argv[0])
    found = shutil.which("sdesk") if program.name != "sdesk" else str(program.absolute())
    command = [found] if found and Path(found).is_absolute() else [sys.executable, "-m", "sdesk"]
    named = call.wishes.config or os.environ.get("SDESK_CONFIG")
    if named:
        command += ["--config", str(as_path(named, os.environ).absolute())]
    elif call.config.file is not None:
        command += ["--config", str(call.config.file.absolute())]
    return [*command, "--db", str(call.store.absolute()), "tick", "--quiet"]


def _for_cron(command: list[str]) -> str:
    """A line of `sh`; a bare `%` would be a line's end for cron."""
    for argument in command:
        if "\n" in argument:
            raise BadInput("a path with a line break cannot stand in a crontab", "use another path")
    return shlex.join(command).replace("%", "\\%")


def _for_systemd(argument: str) -> str:
    """An argument of ExecStart: `%` and `$` stand for themselves, blanks in quotes (systemd.service(5))."""
    plain = argument.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$").replace('"', '\\"')
    return f'"{plain}"' if any(letter.isspace() or letter in "'\"\\;" for letter in argument) else plain


def _with_line(before: str, lines: list[str]) -> str:
    """The crontab with our two lines once, where they stood or at its end."""
    kept = before.splitlines()
    if lines[0] in kept:
        at = kept.index(lines[0])
        kept[at : at + 2] = lines
    else:
        kept += lines
    return "\n".join(kept) + "\n"


def _crontab(program: str) -> str:
    """This user's crontab; empty where there is none."""
    done = subprocess.run([program, "-l"], text=True, capture_output=True, check=False)
    if done.returncode == 0:
        return done.stdout
    if "no crontab" in done.stderr.lower():
        return ""
    # Whatever it holds must not be lost by writing a new one over it.
    raise Unavailable(
        f"the crontab cannot be read: {done.stderr.strip()[:200] or f'exit {done.returncode}'}",
        "put the line of `sdesk init --cron --print` into it by hand",
    )


def _unit_folder() -> Path:
    if os.geteuid() == 0:
        return Path("/etc/systemd/system")
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "systemd" / "user"


def _content(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return None
