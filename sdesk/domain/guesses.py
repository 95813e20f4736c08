"""What columns and words of other systems most likely mean here: OTRS and its heirs, trackers, spreadsheets in Russian.

A guess stands in the mapping file, where a person sees it before anything is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sdesk.domain.ticket import Channel, Impact, Priority, Status, Urgency
from sdesk.domain.ticket_line import FIELDS, OURS

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "external_id": (
        *("id", "number", "no", "key", "ticket", "ticket#", "ticketnumber", "ticket_number", "issue_key", "ticket_id"),
        *("номер", "№", "номер_заявки", "номер_обращения", "код", "заявка"),
    ),
    "subject": ("title", "summary", "topic", "name", "тема", "заголовок", "название", "кратко", "краткое_описание"),
    "text": ("description", "body", "message", "details", "описание", "текст", "подробности", "содержание"),
    "requester": (
        *("customer", "customeruser", "customer_user", "customer_email", "reporter", "from", "email", "e_mail", "user"),
        *("заявитель", "инициатор", "клиент", "автор", "почта", "от_кого", "пользователь"),
    ),
    "service": ("category", "type", "component", "услуга", "сервис", "категория", "тип"),
    "team": ("queue", "group", "project", "очередь", "группа", "команда", "отдел"),
    "assignee": ("owner", "responsible", "agent", "исполнитель", "ответственный", "владелец", "назначено"),
    "unit": ("location", "site", "department", "customerid", "shop", "store", "подразделение", "магазин", "объект"),
    "impact": ("влияние",),
    "urgency": ("срочность",),
    "priority": ("prio", "severity", "приоритет", "важность"),
    "tags": ("labels", "keywords", "метки", "теги"),
    "created_at": (
        "created",
        "opened",
        "create_time",
        "date",
        "создано",
        "создана",
        "дата_создания",
        "дата",
        "открыта",
    ),
    "channel": ("источник", "канал", "source"),
    "status": ("state", "статус", "состояние"),
    "resolved_at": ("resolved", "solved", "решено", "дата_решения", "выполнено"),
    "closed_at": ("closed", "close_time", "closetime", "закрыто", "закрыта", "дата_закрытия"),
}

_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "status": {
        Status.NEW: ("новая", "новый", "новое", "to do", "todo", "created", "зарегистрирована"),
        Status.OPEN: ("открыта", "открыт", "открыто", "в работе", "in progress", "assigned", "назначена", "reopened"),
        Status.WAITING: (
            *("pending", "on hold", "pending reminder", "pending auto close+", "pending auto close-"),
            *("ожидание", "ожидает", "отложена", "приостановлена"),
        ),
        Status.RESOLVED: ("solved", "done", "fixed", "решена", "решено", "выполнена", "выполнено"),
        Status.CLOSED: (
            *("closed successful", "closed unsuccessful", "removed", "cancelled", "rejected", "merged"),
            *("закрыта", "закрыто", "закрыт", "отменена", "отклонена"),
        ),
        Status.SPAM: ("junk", "спам"),
    },
    "priority": {
        Priority.P1: (
            "5 very high",
            "very high",
            "critical",
            "blocker",
            "urgent",
            "критический",
            "критичный",
            "авария",
        ),
        Priority.P2: ("4 high", "high", "major", "высокий"),
        Priority.P3: ("3 normal", "normal", "medium", "обычный", "средний", "нормальный"),
        Priority.P4: ("2 low", "low", "minor", "низкий"),
        Priority.P5: ("1 very low", "very low", "trivial", "очень низкий"),
    },
    "impact": {
        Impact.EXTENSIVE: ("critical", "критическое", "очень высокое"),
        Impact.SIGNIFICANT: ("high", "высокое"),
        Impact.MODERATE: ("medium", "среднее"),
        Impact.MINOR: ("low", "низкое"),
    },
    "urgency": {
        Urgency.CRITICAL: ("критическая", "очень высокая"),
        Urgency.HIGH: ("высокая",),
        Urgency.MEDIUM: ("normal", "средняя", "обычная"),
        Urgency.LOW: ("низкая",),
    },
    "channel": {
        Channel.MAIL: ("email", "e-mail", "почта", "письмо"),
        Channel.PHONE: ("телефон", "звонок", "call"),
        Channel.FORM: ("web", "веб", "сайт", "форма"),
        Channel.PORTAL: ("портал",),
    },
}
_OF_COLUMN = {other: name for name, others in _COLUMNS.items() for other in others} | {
    name: name for name in FIELDS if name not in OURS
}
_OF_WORD = {
    field: {other: word for word, others in words.items() for other in others} for field, words in _WORDS.items()
}
OWN_WORDS = {"status": Status, "priority": Priority, "impact": Impact, "urgency": Urgency, "channel": Channel}
"""Fields whose words are the program's, and not those of a desk file."""


def field_for(column: str) -> str:
    """The field that a column most likely is; empty where nothing is likely."""
    return _OF_COLUMN.get("_".join(column.lower().replace("-", " ").split()), "")


def word_for(field: str, value: str, known: Iterable[tuple[str, str]] = ()) -> str | None:
    """What a value most likely is; None where nothing is likely. `known`: keys of the desk, each with its name."""
    wanted = " ".join(value.lower().split())
    for key, name in known:
        if wanted in (key.lower(), name.lower()):
            return key
    own = next((word.value for word in OWN_WORDS.get(field, ()) if word.value.lower() == wanted), None)
    return own if own is not None else _OF_WORD.get(field, {}).get(wanted)
