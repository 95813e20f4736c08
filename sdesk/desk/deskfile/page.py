"""The reference page of the desk file, docs/reference/desk-file.md, of the description of its keys.

`SDESK_WRITE_GOLDEN=1 make unit ARGS='-k desk_file_page'` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from sdesk.desk.deskfile.kinds import Key, Kind
from sdesk.desk.deskfile.sections import FILE
from sdesk.desk.deskfile.tables import Checked, Map, Table, Tables

_HEAD = """\
# The desk file

What the desk promises, to whom, and who keeps it: TOML, kept in version control. `sdesk desk check FILE` reads it,
`sdesk desk plan FILE` prints what it would change, `sdesk desk apply FILE` makes it so. How one is written says
[Describe your desk](../how-to/describe-your-desk.md).

This page is made of the description of the keys that the program checks by; `sdesk schema desk` prints the same for
editors. A key that is required is marked `*`. A length of time is written `15m`, `2h`, `1h30m`; where it is no working
time also `3d` and `2w`, and a day is 24 hours.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return _HEAD + "".join(f"\n{line}" if line else "\n" for each in FILE.keys for line in _section(each)) + "\n"


def _section(key: Key) -> Iterator[str]:
    kind, head = _unfolded(key.kind), key.name
    while isinstance(kind, Map):
        head += f".{kind.name}"
        kind = _unfolded(kind.kind)
    yield f"## [[{head}]]" if isinstance(kind, Tables) else f"## [{head}]"
    yield ""
    yield key.meaning
    yield ""
    yield "| key | value | without it | meaning | example |"
    yield "| --- | --- | --- | --- | --- |"
    if isinstance(kind, Table | Tables):
        for each in kind.keys:
            yield from _rows(each, "")
    yield ""


def _rows(key: Key, before: str) -> Iterator[str]:
    """A key's row, and those of the keys within it."""
    path = f"{before}{key.name}"
    default = "" if key.default in (None, [], {}) else f"`{_toml(key.default)}`"
    example = f"`{key.example}`" if key.example else ""
    yield _row(f"`{path}`{' *' if key.required else ''}", _unfolded(key.kind).words, default, key.meaning, example)
    if key.name == "templates":
        # They are told of once, in a section of their own.
        return
    kind: Kind = _unfolded(key.kind)
    while isinstance(kind, Map):
        path += f".{kind.name}"
        kind = _unfolded(kind.kind)
    if isinstance(kind, Table | Tables):
        for each in kind.keys:
            yield from _rows(each, f"{path}.")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _unfolded(kind: Kind) -> Kind:
    return kind.kind if isinstance(kind, Checked) else kind
