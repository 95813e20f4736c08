"""What a template may say: Jinja2 in its sandbox, less all that could take long, or grow without end.

Values, conditions and a few filters are enough for a mail; loops, calls, macros and arithmetic are refused when the
desk file is applied, so what a template makes is bounded by what it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from sdesk.domain.nearest import did_you_mean
from sdesk.domain.outgoing import TEMPLATE_VARIABLES, MailKind

FILTERS = ("capitalize", "default", "first", "last", "length", "lower", "title", "trim", "truncate", "upper")
"""Those of Jinja2 that a template may use, beside `local` (an instant in words)."""

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.Keyword,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Test,
    nodes.Concat,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template."""

    line: int
    """Of the template's own text, from 1."""
    what: str
    remedy: str = ""


def environment(local: Callable[[Any], str]) -> SandboxedEnvironment:
    """Where templates are compiled; `local` writes an instant in words."""
    made = SandboxedEnvironment(
        autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS} | {"local": local}
    return made


def check(kind: MailKind, text: str) -> Fault | None:
    """The first thing that is wrong with the text of a template of this kind; None where all is right."""
    try:
        tree = _checking().parse(text)
        # Compiling finds what parsing lets pass: a filter that there is not, say.
        _checking().from_string(text)
    except TemplateSyntaxError as error:
        return Fault(
            error.lineno, (error.message or "it cannot be read").rstrip("."), _near_filter(error.message or "")
        )
    return next(_faults(kind, tree), None)


@cache
def _checking() -> SandboxedEnvironment:
    return environment(str)


def _faults(kind: MailKind, tree: nodes.Template) -> Iterator[Fault]:
    known = TEMPLATE_VARIABLES[kind]
    for node in _walk(tree):
        line = node.lineno
        if not isinstance(node, _ALLOWED):
            yield Fault(
                line, f"`{type(node).__name__.lower()}` is not for templates", "there are values, if and filters"
            )
        elif isinstance(node, nodes.Name) and node.name not in known:
            yield Fault(line, f"there is no variable `{node.name}`", _near(node.name, known))
        elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            yield from _field_faults(known, node.node.name, node.attr, line)
        elif isinstance(node, nodes.Getattr | nodes.Getitem):
            yield Fault(line, "a value has no parts but those that are listed", f"known: {', '.join(known)}")


def _field_faults(known: Mapping[str, tuple[str, ...]], name: str, field: str, line: int) -> Iterator[Fault]:
    fields = known.get(name, (field,))
    if not fields:
        yield Fault(line, f"`{name}` is a text and has no `{field}`", f"write {{{{ {name} }}}}")
    elif field not in fields:
        yield Fault(line, f"`{name}` has no `{field}`", _near(field, fields))


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _near(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    return did_you_mean(word, known, f"known: {', '.join(known)}")


def _near_filter(message: str) -> str:
    """Jinja2 names the filter that it does not know in quotes."""
    if not message.startswith("No filter named"):
        return ""
    return _near(message.split("'")[1], (*FILTERS, "local"))
