"""Knows which key of the ЙЦУКЕН layout lies where a key of the Latin one lies: every command works in both."""

from __future__ import annotations

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./" + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?' + "@#$^&"
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю." + "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ," + '"№;:?'

TWINS: dict[str, str] = dict(zip(_LATIN, _RUSSIAN, strict=True))
"""From what a key types in the Latin layout to what the same key types in the Russian one (Windows and Linux)."""

_NAMES = {",": "comma"}
"""Textual parts keys at commas, so the comma itself goes by its name."""


def twin(key: str) -> str | None:
    """The same key in the other layout: `r` gives `к`, `ctrl+r` gives `ctrl+к` (told apart by terminals that speak the
    Kitty protocol); None where both layouts agree, as for `enter`, digits and `*`."""
    modifiers, plus, last = key.rpartition("+")
    if len(key) == 1:
        modifiers, plus, last = "", "", key
    if len(last) != 1 or last not in TWINS:
        return None
    return f"{modifiers}{plus}{TWINS[last]}"


def in_both_layouts(keys: tuple[str, ...]) -> str:
    """Keys and their twins as Textual's bindings want them: one string with commas between."""
    both: list[str] = []
    for key in keys:
        other = twin(key)
        both += [key] if other is None else [key, other]
    return ",".join(_NAMES.get(key, key) for key in both)


def keys_in(chosen: str) -> tuple[str, ...]:
    """The keys that a person has written with commas between, in Textual's names: `b, Ctrl+T`."""
    keys = (part.strip() for part in chosen.split(","))
    return tuple(key if len(key) == 1 else key.lower().replace(" ", "") for key in keys if key)
