"""A person's own keys, from `[console.keys]` of the configuration: what is wrong with them is said before the start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.keys import Keys

from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean
from sdesk.tui.actions import COMMANDS, Context, commands_of, shown
from sdesk.tui.keyboard import keys_in, twin

NEVER = frozenset({*(f"ctrl+{letter}" for letter in "sqjmihbao"), "delete", "d", "x"})
"""Flow control, Enter, Tab, Backspace; prefixes of tmux, screen and zellij; and what deletes elsewhere."""

_MODIFIERS = frozenset({"ctrl", "shift", "alt"})
_NAMES = frozenset({key.value for key in Keys if "+" not in key.value and key.value.isidentifier()}) | {
    *("comma", "full_stop", "slash", "colon", "question_mark", "left_square_bracket", "right_square_bracket"),
}


def check_keys(own: Mapping[str, str]) -> None:
    """See that every id is a command, every key is one and may be bound, and none does two things. BadInput."""
    known = sorted({command.id for command in COMMANDS})
    for id_, chosen in own.items():
        if id_ not in known:
            remedy = did_you_mean(id_, known, f"it is one of {', '.join(known)}")
            raise BadInput(f"the console has no command `{id_}` to give a key", remedy)
        if not keys_in(chosen):
            raise BadInput(f"`{id_}` is given no key", "write one, or leave the line out")
        for key in keys_in(chosen):
            _check_key(id_, key)
    for context in Context:
        taken: dict[str, str] = {}
        for command in commands_of(context, own):
            for key in _in_both(command.keys):
                other = taken.setdefault(key, command.id)
                if other != command.id:
                    mine, theirs = (command.id, other) if command.id in own else (other, command.id)
                    raise BadInput(
                        f"[console.keys]: `{shown(key)}` is both `{mine}` and `{theirs}` on the {context.value}",
                        f"give `{theirs}` another key too, or `{mine}` another one",
                    )


def _check_key(id_: str, key: str) -> None:
    *modifiers, last = key.split("+") if len(key) > 1 else (key,)
    if not set(modifiers) <= _MODIFIERS or not (len(last) == 1 or last in _NAMES):
        remedy = did_you_mean(last, _NAMES, "write a letter, a sign, ctrl+t, f2, or a name as pagedown")
        raise BadInput(f"[console.keys]: `{key}`, for `{id_}`, is no key", remedy)
    latin = {key, *(each for each in NEVER if twin(each) == key)}
    if "alt" in modifiers or latin & NEVER:
        raise BadInput(
            f"[console.keys]: `{shown(key)}` is never bound, and `{id_}` cannot have it",
            "terminals, tmux or the habit of other programs need it: choose another",
        )


def _in_both(keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        yield key
        other = twin(key)
        if other is not None:
            yield other
