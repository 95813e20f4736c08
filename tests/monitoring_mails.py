"""Mails as monitoring systems write them by default: Zabbix, Nagios, Icinga 2, Prometheus' Alertmanager."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

from sdesk.desk.deskfile.start import starting_file


class Told(NamedTuple):
    """A problem of one check and its recovery, as one system mails them; and the key that they have."""

    sender: str
    key: str
    problem: str
    problem_text: str
    recovery: str
    recovery_text: str
    html: bool = False


ZABBIX = Told(
    "zabbix@example.org",
    "till-01:Unavailable by ICMP ping",
    "Problem: Unavailable by ICMP ping",
    """Problem started at 09:00:12 on 2026.11.23
Problem name: Unavailable by ICMP ping
Host: till-01
Severity: High
Operational data: Down (0)
Original problem ID: 48213
""",
    "Resolved in 4m 0s: Unavailable by ICMP ping",
    """Problem has been resolved at 09:04:12 on 2026.11.23
Problem name: Unavailable by ICMP ping
Problem duration: 4m 0s
Host: till-01
Severity: High
Original problem ID: 48213
""",
)
ZABBIX_HTML = Told(
    "zabbix@example.org",
    "till-02:Диск C: заполнен на 95 %",
    "Problem: Диск C: заполнен на 95 %",
    "<b>Problem started</b> at 09:00:12 on 2026.11.23<br><b>Problem name:</b> Диск C: заполнен на 95 %<br>"
    "<b>Host:</b> till-02<br><b>Severity:</b> Warning<br><b>Operational data:</b> 95 %<br>"
    "<b>Original problem ID:</b> 48214<br>",
    "Resolved in 1h 2m 0s: Диск C: заполнен на 95 %",
    "<b>Problem has been resolved</b> at 10:02:12 on 2026.11.23<br><b>Problem name:</b> Диск C: заполнен на 95 %<br>"
    "<b>Problem duration:</b> 1h 2m 0s<br><b>Host:</b> till-02<br><b>Severity:</b> Warning<br>"
    "<b>Original problem ID:</b> 48214<br>",
    html=True,
)
NAGIOS_SERVICE = Told(
    "nagios@example.org",
    "web01:HTTP",
    "** PROBLEM Service Alert: web01/HTTP is CRITICAL **",
    """***** Nagios *****

Notification Type: PROBLEM

Service: HTTP
Host: web01
Address: 192.0.2.10
State: CRITICAL

Date/Time: Mon Nov 23 09:00:12 UTC 2026

Additional Info:

connect to address 192.0.2.10 and port 80: Connection refused
""",
    "** RECOVERY Service Alert: web01/HTTP is OK **",
    """***** Nagios *****

Notification Type: RECOVERY

Service: HTTP
Host: web01
Address: 192.0.2.10
State: OK

Date/Time: Mon Nov 23 09:04:12 UTC 2026

Additional Info:

HTTP OK: HTTP/1.1 200 OK - 12345 bytes in 0.010 second response time
""",
)
NAGIOS_HOST = Told(
    "nagios@example.org",
    "web01",
    "** PROBLEM Host Alert: web01 is DOWN **",
    """***** Nagios *****

Notification Type: PROBLEM
Host: web01
State: DOWN
Address: 192.0.2.10
Info: CRITICAL - Host Unreachable (192.0.2.10)

Date/Time: Mon Nov 23 09:00:12 UTC 2026
""",
    "** RECOVERY Host Alert: web01 is UP **",
    """***** Nagios *****

Notification Type: RECOVERY
Host: web01
State: UP
Address: 192.0.2.10
Info: PING OK - Packet loss = 0%, RTA = 0.80 ms

Date/Time: Mon Nov 23 09:04:12 UTC 2026
""",
)
ICINGA_SERVICE = Told(
    "icinga@example.org",
    "db01.example.org:disk /var",
    "[PROBLEM] disk /var on db01.example.org is WARNING!",
    """***** Service Monitoring on icinga.example.org *****

disk /var on db01.example.org is WARNING!

Info:    DISK WARNING - free space: /var 412 MB (8% inode=92%):

When:    2026-11-23 09:00:12 +0000
Service: disk
Host:    db01.example.org
IPv4:    192.0.2.20
""",
    "[RECOVERY] disk /var on db01.example.org is OK!",
    """***** Service Monitoring on icinga.example.org *****

disk /var on db01.example.org is OK!

Info:    DISK OK - free space: /var 2412 MB (48% inode=92%):

When:    2026-11-23 09:04:12 +0000
Service: disk
Host:    db01.example.org
IPv4:    192.0.2.20
""",
)
ICINGA_HOST = Told(
    "icinga@example.org",
    "db01.example.org",
    "[PROBLEM] Host db01.example.org is DOWN!",
    """***** Host Monitoring on icinga.example.org *****

db01.example.org is DOWN!

Info:    PING CRITICAL - Packet loss = 100%

When:    2026-11-23 09:00:12 +0000
Host:    db01.example.org
IPv4:    192.0.2.20
""",
    "[RECOVERY] Host db01.example.org is UP!",
    """***** Host Monitoring on icinga.example.org *****

db01.example.org is UP!

Info:    PING OK - Packet loss = 0%, RTA = 0.44 ms

When:    2026-11-23 09:04:12 +0000
Host:    db01.example.org
IPv4:    192.0.2.20
""",
)
_ALERT = """<!DOCTYPE html><html><head><title>{title}</title></head><body><table><tr><td>{count} alert for
alertname=HighErrorRate instance=shop-api:8080</td></tr><tr><td><a href="http://alertmanager.example.org">View in
Alertmanager</a></td></tr><tr><td><strong>[1] {state}</strong></td></tr><tr><td><strong>Labels</strong><br>
alertname = HighErrorRate<br>instance = shop-api:8080<br>job = shop-api<br>severity = critical<br>
<strong>Annotations</strong><br>summary = 12 % of requests fail<br>
<a href="http://prometheus.example.org/graph">Source</a></td></tr></table></body></html>"""
ALERTMANAGER = Told(
    "alertmanager@example.org",
    "HighErrorRate shop-api:8080",
    "[FIRING:1] HighErrorRate shop-api:8080 (shop-api critical)",
    _ALERT.format(title="[FIRING:1] HighErrorRate", count=1, state="Firing"),
    "[RESOLVED] HighErrorRate shop-api:8080 (shop-api critical)",
    _ALERT.format(title="[RESOLVED] HighErrorRate", count=1, state="Resolved"),
    html=True,
)
ALL = (ZABBIX, ZABBIX_HTML, NAGIOS_SERVICE, NAGIOS_HOST, ICINGA_SERVICE, ICINGA_HOST, ALERTMANAGER)
ASIDE = (
    ("zabbix@example.org", "Updated problem in 2m 3s: Unavailable by ICMP ping"),
    ("nagios@example.org", "** ACKNOWLEDGEMENT Service Alert: web01/HTTP is CRITICAL **"),
    ("icinga@example.org", "[ACKNOWLEDGEMENT] HTTP on web01 is CRITICAL!"),
)
"""What no ticket should come of: that somebody has seen a problem there."""


def mail(sender: str, subject: str, text: str, *, html: bool = False) -> bytes:
    """A mail as such a system hands it to the mail server; without a Message-ID, as `mail` and scripts do."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = "support@desk.example"
    message["Subject"] = subject
    message.set_content(text, subtype="html" if html else "plain")
    return message.as_bytes()


def shipped_rules(language: str = "en") -> str:
    """The rules for monitoring that a desk file to begin with has as remarks, without the remark signs."""
    text = starting_file(language, login="anna", zone="Europe/Berlin")
    lines = text[text.index('sender = "zabbix') :].splitlines()
    # From the rule's own head on: the line before.
    found = ["[[routing]]"]
    for line in ("# when = { " + lines[0].lstrip(), *lines[1:]):
        if line.startswith("# ----"):
            break
        if line.startswith("# "):
            found.append(line.removeprefix("# "))
    return "\n".join(found)
