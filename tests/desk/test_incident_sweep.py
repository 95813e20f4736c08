"""What time brings to incidents: told once, and no sweep without an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import NOW
from intake_desk import MailDesk

from sdesk.desk import sweep as sweep_module

LATER = NOW + timedelta(days=30)


@pytest.mark.parametrize("joined", [timedelta(0), timedelta(days=30)])
def test_an_incident_whose_part_outranks_it_goes_stale_once(desk_of_mail: MailDesk, joined: timedelta) -> None:
    desk = desk_of_mail
    incident = desk.new(service="feedback", subject="Slow", requester="maria@shop.example")
    if joined:
        desk.sweep(NOW + timedelta(days=29))
    part = desk.new(
        service="printer", requester="maria@shop.example", at=NOW + joined, impact="moderate", urgency="critical"
    )
    desk.do("anna", "join", part, incident=incident, at=NOW + joined)
    for minutes in range(4):
        desk.sweep(LATER + timedelta(minutes=minutes))
    assert desk.column(incident, "rank") == 1, "it stands where its part does"
    assert desk.events(incident).count("stale") == 1


def test_a_sweep_ends_though_every_batch_is_full_of_such_incidents(
    desk_of_mail: MailDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of_mail
    monkeypatch.setattr(sweep_module, "BATCH", 2)
    incidents = []
    for index in range(5):
        incident = desk.new(service="feedback", subject=f"Slow {index}", requester="maria@shop.example")
        part = desk.new(service="printer", requester="maria@shop.example", impact="moderate", urgency="critical")
        desk.do("anna", "join", part, incident=incident)
        incidents.append(incident)
    # As an archive brings it: nobody is to be told.
    with desk.desk.work(desk.actor("anna"), NOW) as work:
        work.connection.exec_driver_sql("UPDATE ticket SET alert_at = NULL, alerts = NULL")
        work.session.commit()
    for minutes in range(3):
        desk.sweep(LATER + timedelta(minutes=minutes))
    assert [desk.events(incident).count("stale") for incident in incidents] == [1] * 5
