"""One table of the configuration file: asked key by key, it says in plain words what is wrong with a value.

It remembers which keys it was asked for, and refuses the rest at the end: what is known is written down once.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

from sdesk.config import as_path
from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean, nearest

Choice = TypeVar("Choice", bound=StrEnum)


class Section:
    """A table with the name `mailboxes.support`, say. Every method raises BadInput for a value of the wrong kind.

    As a context it refuses, on leaving without an error, every key that nobody asked for.
    """

    def __init__(self, file: Path, name: str, values: Mapping[str, Any], env: Mapping[str, str]) -> None:
        self.file = file
        self.name = name
        self.values = values
        self._env = env
        self._known: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            for key in self.values:
                if key not in self._known:
                    self.fail(
                        key, "unknown key", did_you_mean(key, self._known, f"known here: {', '.join(self._known)}")
                    )

    def fail(self, key: str, what: str, remedy: str = "") -> NoReturn:
        """Refuse the file because of `key`."""
        raise BadInput(
            f"{self.file}: [{self.name}] {key}: {what}" if self.name else f"{self.file}: {key}: {what}", remedy
        )

    def missing(self, key: str, remedy: str) -> NoReturn:
        """Refuse the file for want of `key`, or for the unknown key that was surely meant to be it."""
        other = nearest(key, [name for name in self.values if name not in self._known])
        if other is not None:
            self.fail(other, "unknown key", f"did you mean `{key}`?")
        self.fail(key, "is missing", remedy)

    def has(self, key: str) -> bool:
        """Whether the file says anything about `key`."""
        self._known.append(key)
        return key in self.values

    def text(self, key: str, default: str = "") -> str:
        """A text; an empty one is as good as none."""
        value = self._value(key, default)
        return value if isinstance(value, str) else self._wrong(key, 'a text, as "..."', value)

    def required(self, key: str, example: str) -> str:
        """A text that must be there; `example` is what one could add."""
        return self.text(key) or self.missing(key, f'add {key} = "{example}"')

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._value(key, default)
        return value if isinstance(value, bool) else self._wrong(key, "true or false", value)

    def port(self, key: str, default: int) -> int:
        """A TCP port."""
        value = self._value(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536:
            return value
        return self._wrong(key, "a number from 1 to 65535", value)

    def count(self, key: str, default: int) -> int:
        """A whole number, at least 1."""
        value = self._value(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        return self._wrong(key, "a whole number, at least 1", value)

    def seconds(self, key: str, default: float) -> float:
        """A length of time in seconds, more than none and at most an hour."""
        value = self._value(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 3600:
            return float(value)
        return self._wrong(key, "seconds, more than 0 and at most 3600", value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._value(key, [])
        return tuple(value) if _is_texts(value) else self._wrong(key, 'a list of texts, as ["..."]', value)

    def text_or_texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text that stands for a list of one."""
        value = self._value(key, [])
        if isinstance(value, str):
            return (value,)
        return tuple(value) if _is_texts(value) else self._wrong(key, 'a text, or a list of texts as ["..."]', value)

    def command(self, key: str) -> tuple[str, ...]:
        """An argument vector; empty where the key is not there."""
        value = self._value(key, None)
        if value is None:
            return ()
        right = _is_texts(value) and value and value[0]
        return tuple(value) if right else self._wrong(key, 'a command with its arguments, as ["pass", "mail"]', value)

    def choice(self, key: str, default: Choice) -> Choice:
        """One word of an enumeration, which is that of `default`."""
        kinds = type(default)
        words = [kind.value for kind in kinds]
        value = self.text(key, default.value)
        if value not in words:
            self.fail(
                key, f"must be {', '.join(words[:-1])} or {words[-1]}, not {shown(value)}", did_you_mean(value, words)
            )
        return kinds(value)

    def path(self, key: str) -> Path | None:
        """A path: `~` is the home, what is relative starts at the folder of the file."""
        value = self.text(key)
        return as_path(value, self._env, self.file.parent) if value else None

    def section(self, key: str) -> Section:
        """A table within this one; empty where there is none."""
        name = f"{self.name}.{key}" if self.name else key
        value = self._value(key, {})
        return Section(
            self.file,
            name,
            value if isinstance(value, dict) else self._wrong(key, f"a table, as [{name}]", value),
            self._env,
        )

    def _value(self, key: str, default: Any) -> Any:
        self._known.append(key)
        return self.values.get(key, default)

    def _wrong(self, key: str, right: str, value: object) -> NoReturn:
        self.fail(key, f"must be {right}, not {written(value)}")


def shown(value: object) -> str:
    """A wrong value as an error shows it: in backquotes, short, on one line; a text without its quotes."""
    return _short(repr(value)[1:-1]) if isinstance(value, str) else written(value)


def written(value: object) -> str:
    """A value of a wrong kind as an error shows it: as `shown`, a text with its quotes, which are the fault."""
    if isinstance(value, bool):
        return _short(str(value).lower())
    return _short(f'"{repr(value)[1:-1]}"' if isinstance(value, str) else repr(value))


def _short(text: str) -> str:
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}...`"


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
