"""The variables that the program reads: one table, of which its help, its manual and the reference page are made."""

from __future__ import annotations

from collections.abc import Mapping

ENVIRONMENT: Mapping[str, str] = {
    "SDESK_DB": "The store: a path, or `sqlite:///PATH`. `--db` goes before it.",
    "SDESK_CONFIG": "The configuration file. `--config` goes before it.",
    "SDESK_AGENT": "The acting agent's login. `--as` goes before it; without both: the login name of the system.",
    "SDESK_OTRS_URL": "The database that `sdesk import otrs` reads, where the command line names none.",
    "LOGNAME": "The login name of the system, with `USER` where there is none.",
    "XDG_CONFIG_HOME": "Where `sdesk/config.toml` is looked for, instead of `~/.config`.",
    "XDG_DATA_HOME": "Where `sdesk/sdesk.db` is without any other word, instead of `~/.local/share`.",
    "HOME": "Your home folder: `~`.",
    "TZ": "The time zone that `sdesk desk init` proposes. Instants are shown in the desk's own.",
    "NO_COLOR": "Any value but an empty one: no colour.",
    "TERM": "`dumb`: no colour, and no console.",
    "COLORTERM": "`truecolor` or `24bit`: `sdesk doctor` says that the terminal has all colours.",
    "COLUMNS": "How wide a table is, where it is no terminal's own width.",
    "VISUAL": "The editor in which text is written, on a terminal.",
    "EDITOR": "The same, where `VISUAL` is not set; without both: `editor`, `vi` or `nano`.",
    "LANGUAGE": "The console's language, before `LC_ALL`, `LC_MESSAGES` and `LANG`.",
    "LC_ALL": "The same, before `LC_MESSAGES` and `LANG`.",
    "LC_MESSAGES": "The same, before `LANG`.",
    "LANG": "The console's language, where nothing else names one.",
    "PATH": "Where the programs are found that the configuration names, and `sdesk` itself for cron.",
    "DISPLAY": "With `WAYLAND_DISPLAY`: whether the console can have your desktop open a file.",
    "WAYLAND_DISPLAY": "The same.",
    "SSH_CONNECTION": "With `SSH_TTY`: you work over SSH, and the console says how a file is fetched from there.",
    "SSH_TTY": "The same.",
    "SSH_ORIGINAL_COMMAND": "What was typed behind `ssh desk`, which `sdesk ssh session` runs.",
    "SSH_USER_AUTH": "The file in which the SSH server says by which key somebody came.",
}
"""By name: what each says. A sentence, with names in backquotes."""


def topic() -> str:
    """The table as `sdesk help environment` prints it."""
    longest = max(map(len, ENVIRONMENT))
    return "".join(f"{name:<{longest}}  {meaning}\n" for name, meaning in ENVIRONMENT.items())
