"""A desk of five departments, one of them private, that open a shop by a playbook."""

from __future__ import annotations

from desks import DESK_FILE

TEAMS = """
[teams.building]
name = "Building"
lead = "dmitri"
sla = "office"
[teams.logistics]
name = "Logistics"
lead = "lena"
sla = "office"
[agents.dmitri]
name = "Dmitri Ozerov"
email = "dmitri@desk.example"
teams = ["building"]
[agents.lena]
name = "Lena Som"
email = "lena@desk.example"
teams = ["logistics"]
[units.store-031]
name = "Ozerki"
kind = "store"
calendar = "store"
"""
OPENING = """
[playbooks.shop-opening]
name = { en = "Shop opening", ru = "Открытие магазина" }
subject = "Opening of {unit} on {day}"
text = "See the plan."
team = "building"
[[playbooks.shop-opening.steps]]
key = "lease"
subject = "{unit}: lease"
team = "building"
at = "-90d"
[[playbooks.shop-opening.steps]]
key = "line"
subject = "{unit}: internet line"
text = "Two providers."
team = "it"
after = ["lease"]
at = "-60d"
tags = ["opening"]
[[playbooks.shop-opening.steps]]
key = "staff"
subject = "{unit}: hire the staff"
team = "hr"
at = "-60d"
[[playbooks.shop-opening.steps]]
key = "furniture"
subject = "{unit}: furniture"
team = "building"
after = ["lease"]
at = "-30d"
[[playbooks.shop-opening.steps]]
key = "tills"
subject = "{unit}: tills"
service = "till"
after = ["line", "furniture"]
at = "-10d"
days = "working"
priority = "P3"
assignee = "boris"
[[playbooks.shop-opening.steps]]
key = "goods"
subject = "{unit}: first delivery"
team = "logistics"
after = ["furniture"]
at = "-5d"
days = "working"
[[playbooks.shop-opening.steps]]
key = "trial"
subject = "{unit}: a day of trial"
team = "quality"
after = ["tills", "goods", "staff"]
at = "-2d"
days = "working"
[[playbooks.shop-opening.steps]]
key = "opening"
subject = "{unit}: be there"
team = "it"
after = ["trial"]
at = "+10h"
"""
FILE = DESK_FILE + TEAMS + OPENING
