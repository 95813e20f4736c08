"""`import csv`: what is found is planned, decided by a person, and applied as often as wanted."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_line import Sdesk

TABLE = """\
Номер;Тема;Описание;Заявитель;Очередь;Статус;Приоритет;Исполнитель;Дата создания;Дата закрытия;Комментарий
1001;Касса не работает;"Зависла,
совсем";Ирина <irina@shop.example>;IT support;Закрыта;Высокий;Boris Kim;20.10.2026 10:00;20.10.2026 12:30;x
1002;Принтер;Не печатает;maria@shop.example;Печать;В работе;Обычный;anna;21.10.2026;;
1003;Мышь;Сломана;Иванов И.;it;Чудесная;Обычный;;22.10.2026;;
"""


@pytest.fixture
def file(tmp_path: Path, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "old.csv"
    path.write_bytes(TABLE.encode("cp1251"))
    return path


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_a_plan_names_what_was_found_and_what_it_may_be(sdesk: Sdesk, file: Path, tmp_path: Path) -> None:
    ran = sdesk("import", "csv", "old.csv", "--plan", "map.toml", "--encoding", "cp1251")
    assert (ran.code, ran.err) == (0, "")
    assert "undecided: team 1, status 1, requester 1" in ran.out
    assert "left out: Комментарий" in ran.out
    found = tomllib.loads((tmp_path / "map.toml").read_text())
    assert found["columns"]["Номер"] == "external_id"
    assert found["columns"]["Комментарий"] == ""
    assert found["team"] == {"IT support": "it", "Печать": "?", "it": "it"}
    assert found["status"] == {"Закрыта": "closed", "В работе": "open", "Чудесная": "?"}
    assert found["priority"] == {"Обычный": "P3", "Высокий": "P2"}
    assert found["assignee"] == {"Boris Kim": "boris", "anna": "anna"}
    assert found["requester"] == {"Иванов И.": "?"}


def test_what_is_undecided_is_named_and_counted_and_decided_later(
    sdesk: Sdesk, file: Path, tmp_path: Path, at_desk: Path
) -> None:
    sdesk("import", "csv", "old.csv", "--plan", "map.toml", "--encoding", "cp1251")
    ran = sdesk("import", "csv", "old.csv", "--apply", "map.toml", "-o", "json")
    assert ran.code == 6
    assert json.loads(ran.out) == {"read": 3, "created": 1, "updated": 0, "unchanged": 0, "failed": 2, "dry_run": False}
    assert "line 4: the team `Печать` is undecided. say in [team] of map.toml what it is" in ran.err
    assert "1 not imported: the requester `Иванов И.` is undecided" in ran.err
    mapping = tmp_path / "map.toml"
    text = (
        mapping.read_text()
        .replace('"Печать" = "?"', '"Печать" = "quality"')
        .replace('"Чудесная" = "?"', '"Чудесная" = ""')
    )
    mapping.write_text(text.replace('"Иванов И." = "?"', '"Иванов И." = "ivanov@shop.example"'))
    again = sdesk("import", "csv", "old.csv", "--apply", "map.toml", "-o", "json")
    assert (again.code, again.err) == (0, "")
    assert json.loads(again.out)["created"] == 2
    assert json.loads(sdesk("import", "csv", "old.csv", "--apply", "map.toml", "-o", "json").out)["unchanged"] == 3
    assert ask(at_desk, "SELECT external_id, status, priority, resolution_voided FROM ticket ORDER BY external_id") == [
        ("1001", "closed", "P2", 1),
        ("1002", "open", "P3", 0),
        ("1003", "new", "P3", 0),
    ]
    assert ask(at_desk, "SELECT count(*) FROM outbox") == [(0,)]


def test_planning_again_keeps_what_is_decided(sdesk: Sdesk, file: Path, tmp_path: Path) -> None:
    sdesk("import", "csv", "old.csv", "--plan", "map.toml", "--encoding", "cp1251")
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        mapping.read_text().replace('"Печать" = "?"', '"Печать" = "quality"').replace('prefix = ""', 'prefix = "O-"')
    )
    file.write_bytes(file.read_bytes() + "1004;Новое;;;Новая;;;;;;\n".encode("cp1251"))
    assert "the team `Новая` is not in map.toml" in sdesk("import", "csv", "old.csv", "--apply", "map.toml").err
    sdesk("import", "csv", "old.csv", "--plan", "map.toml")
    found = tomllib.loads(mapping.read_text())
    assert found["team"] == {"IT support": "it", "Печать": "quality", "it": "it", "Новая": "?"}
    assert found["import"] == {"encoding": "cp1251", "prefix": "O-"}
    assert sdesk("import", "csv", "old.csv", "--plan", "map.toml", "-n").out.startswith("dry run: ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"IT support" = "it"', '"IT support" = "itt"', "there is no team `itt`. did you mean `it`?"),
        ('"Закрыта" = "closed"', '"Закрыта" = "clozed"', "did you mean `closed`?"),
        ('"Тема" = "subject"', '"Тема" = "sbject"', "there is no field `sbject`"),
        ('"Тема" = "subject"', '"Тема" = "text"', "two columns are `text`"),
        ("[team]", "[teem]", "there is no table [teem]. did you mean `team`?"),
        ("[team]", "[team", "map.toml: "),
        ('"Тема" = "subject"', "", "does not know the column `Тема`"),
    ],
)
def test_a_wrong_mapping_is_refused_before_anything_is_done(
    sdesk: Sdesk, file: Path, tmp_path: Path, at_desk: Path, old: str, new: str, said: str
) -> None:
    sdesk("import", "csv", "old.csv", "--plan", "map.toml", "--encoding", "cp1251")
    mapping = tmp_path / "map.toml"
    assert old in mapping.read_text()
    mapping.write_text(mapping.read_text().replace(old, new))
    ran = sdesk("import", "csv", "old.csv", "--apply", "map.toml")
    assert ran.code == 2
    assert said in ran.err
    assert ask(at_desk, "SELECT count(*) FROM ticket") == [(0,)]


def test_one_of_the_two_is_wanted(sdesk: Sdesk, file: Path) -> None:
    assert sdesk("import", "csv", "old.csv").code == 2
    assert sdesk("import", "csv", "old.csv", "--plan", "a.toml", "--apply", "a.toml").code == 2
    assert sdesk("import", "csv", "old.csv", "--apply", "none.toml").code == 2
    assert sdesk("import", "csv", "none.csv", "--plan", "a.toml").code == 2


def test_the_words_of_hostile_tables_stay_words(sdesk: Sdesk, file: Path, tmp_path: Path) -> None:
    file.write_bytes(b'id,team\n1,"a""] = 1\n[x]\x7f\x1b[2J\\"\n')
    assert sdesk("import", "csv", "old.csv", "--plan", "map.toml").code == 0
    found = tomllib.loads((tmp_path / "map.toml").read_text())
    assert list(found["team"].values()) == ["?"]
    ran = sdesk("import", "csv", "old.csv", "--apply", "map.toml")
    assert "is undecided" in ran.err
    assert "\x1b" not in ran.err


def test_what_only_our_export_writes_is_no_column_of_another_system(
    sdesk: Sdesk, at_desk: Path, tmp_path: Path
) -> None:
    file, mapping = tmp_path / "old.csv", tmp_path / "mapping.toml"
    file.write_text("id,title,origin,messages\n1,Till,phone,3\n")
    assert sdesk("import", "csv", str(file), "--plan", str(mapping)).code == 0
    columns = tomllib.loads(mapping.read_text())["columns"]
    assert columns == {"id": "external_id", "title": "subject", "origin": "", "messages": ""}
