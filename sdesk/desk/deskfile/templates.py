"""`[templates.NAME.LANGUAGE]`, of the desk or of a team: their own words for a mail, checked before they hold."""

from __future__ import annotations

import re

from sdesk.desk.deskfile.part import Part
from sdesk.desk.deskfile.values import TemplateSpec
from sdesk.desk.outbox.template_language import check
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.outgoing import TEMPLATE_LANGUAGES, MailKind

_LANGUAGE = re.compile(r"[a-z]{2}")


def read_templates(tables: Part) -> tuple[TemplateSpec, ...]:
    """The templates of a table. BadInput for a name, a language, a variable or a sign of Jinja2 that there is not."""
    found = []
    for name, languages in tables.parts():
        if name not in [*MailKind]:
            languages.fail(
                "", f"there is no mail `{name}`", did_you_mean(name, [*MailKind], f"known: {', '.join(MailKind)}")
            )
        for key in ("subject", "body"):
            if isinstance(languages.values.get(key), str):
                languages.fail(key, "stands in no language", f"write it below [{languages.table}.en]")
        for language, part in languages.parts():
            if not _LANGUAGE.fullmatch(language):
                part.fail(
                    "",
                    f"`{language}` is no language",
                    did_you_mean(language, TEMPLATE_LANGUAGES, "write two letters (ISO 639-1), as en or ru"),
                )
            with part:
                spec = TemplateSpec(name, language, part.required("subject"), part.required("body"))
            for key, text in (("subject", spec.subject), ("body", spec.body)):
                fault = check(MailKind(name), text)
                if fault is not None:
                    where = f"line {fault.line} of it: " if "\n" in text.strip() else ""
                    part.fail(key, f"{where}{fault.what}", fault.remedy)
            found.append(spec)
    return tuple(found)
