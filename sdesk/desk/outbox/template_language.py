"""What a template may say: Jinja2 in its sandbox, less all that could take long, or grow without end.

Values, conditions and a few filters are enough for a mail; loops, calls, macros and arithmetic are refused when the
desk file is applied, so what a template makes is bounded by what it is given.
"""

from __future__ import annotations

import re
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

_FORMS = "write `{{ name.field }}`, `{{ name | filter }}` or `{% if name %}`, and `{% endif %}` behind it"

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
    return check_words(TEMPLATE_VARIABLES[kind], text)


def check_words(known: Mapping[str, tuple[str, ...]], text: str) -> Fault | None:
    """The same for a text that may name what is `known`: each variable with its fields."""
    try:
        tree = _checking().parse(text)
        # Compiling finds what parsing lets pass: a filter that there is not, say.
        _checking().from_string(text)
    except TemplateSyntaxError as error:
        return _syntax_fault(error)
    return next(_faults(known, tree), None)


@cache
def _checking() -> SandboxedEnvironment:
    return environment(str)


def _faults(known: Mapping[str, tuple[str, ...]], tree: nodes.Template) -> Iterator[Fault]:
    of_parts = {id(node.node) for node in tree.find_all(nodes.Getattr)}
    for node in _walk(tree):
        line = node.lineno
        if not isinstance(node, _ALLOWED):
            yield Fault(
                line, f"`{type(node).__name__.lower()}` is not for templates", "there are values, if and filters"
            )
        elif isinstance(node, nodes.Filter) and node.name not in _filters():
            # Within an `if` Jinja2 looks for filters and tests only when it gets there.
            yield _no_filter(line, node.name)
        elif isinstance(node, nodes.Test) and node.name not in _checking().tests:
            yield _no_test(line, node.name)
        elif isinstance(node, nodes.Name) and node.name not in known:
            yield Fault(line, f"there is no variable `{node.name}`", _near(node.name, known))
        elif isinstance(node, nodes.Name) and known[node.name] and id(node) not in of_parts:
            parts = ", ".join(f"`{node.name}.{field}`" for field in known[node.name])
            yield Fault(line, f"`{node.name}` is no text: it has parts", f"write one of {parts}")
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


def _syntax_fault(error: TemplateSyntaxError) -> Fault:
    """What Jinja2 says of a text that it cannot read, in words for whoever wrote it."""
    line, said = error.lineno, error.message or ""
    named = re.search(r"'([^']*)'", said)
    word = named[1] if named else ""
    if said.startswith("No filter named"):
        return _no_filter(line, word)
    if said.startswith("No test named"):
        return _no_test(line, word)
    if said.startswith("Unexpected end of template"):
        block = re.search(r"closed is '(\w+)'", said)
        open_tag = block[1] if block else "if"
        return Fault(line, f"`{{% {open_tag} %}}` is never closed", f"write `{{% end{open_tag} %}}` behind its text")
    if "unknown tag" in said and word in {"elif", "else", "endif"}:
        return Fault(line, f"`{{% {word} %}}` stands outside of an `if`", "begin with `{% if name %}`")
    if "unknown tag" in said:
        return Fault(line, f"there is no tag `{word}`", _near(word, ("if", "elif", "else", "endif")))
    if said.lower().startswith("unexpected end of template"):
        return Fault(line, "a tag is never closed", "close it with `}}` or `%}`")
    got = re.search(r"(?:got|char) '([^']*)'", said)
    if got is None or got[1].startswith("end of"):
        return Fault(line, "a tag is empty, or not closed", _FORMS)
    return Fault(line, f"a tag cannot be read from `{got[1]}` on", _FORMS)


def _no_filter(line: int, name: str) -> Fault:
    return Fault(line, f"there is no filter `{name}`", _near(name, _filters()))


def _no_test(line: int, name: str) -> Fault:
    return Fault(line, f"there is no test `{name}`", "write `{% if name %}`, or compare with `==`")


def _filters() -> tuple[str, ...]:
    return (*FILTERS, "local")
