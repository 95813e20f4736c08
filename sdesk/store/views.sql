-- The read side of the store: a documented, stable face. Columns may be added, never renamed or dropped.
-- Instants are RFC 3339 text in UTC; money is an integer of hundredths (`desk_view` says of which currency);
-- what depends on the present moment (an SLA state, a loss so far) is not here, but what it follows from is.
-- Only LEFT JOINs: SQLite leaves those out that a query does not ask for.

DROP VIEW IF EXISTS desk_view;
CREATE VIEW desk_view AS
SELECT d.name, d.ref_prefix, d.language, d.time_zone, d.currency, d.applied_at,
    -- What part of turnover is lost; NULL where the desk file does not say: then money is turnover at risk.
    json_extract(d.rules, '$.margin') AS margin
FROM desk AS d;

DROP VIEW IF EXISTS queue_view;
DROP VIEW IF EXISTS ticket_view;
CREATE VIEW ticket_view AS
SELECT
    t.id AS number,
    t.version,
    t.subject,
    t.status,
    t.is_open,
    t.waiting_for,
    t.wake_at,
    t.impact,
    t.urgency,
    t.priority,
    t.priority_reason,
    t.service_id,
    s.key AS service,
    s.name AS service_name,
    t.team_id,
    m.key AS team,
    m.name AS team_name,
    t.assignee_id,
    a.key AS assignee,
    a.name AS assignee_name,
    t.requester_id,
    p.name AS requester_name,
    (SELECT pa.address FROM person_address AS pa WHERE pa.person_id = t.requester_id ORDER BY pa.rowid LIMIT 1)
        AS requester_email,
    t.unit_id,
    u.key AS unit,
    u.name AS unit_name,
    t.channel,
    t.external_id,
    t.created_at,
    t.updated_at,
    t.resolved_at,
    t.closed_at,
    t.reopenings,
    t.unanswered_since,
    t.sla_id,
    l.key AS sla,
    l.calendar_id AS sla_calendar_id,
    l.warn_at AS sla_warn_at,
    t.first_response_target,
    t.first_response_consumed,
    t.first_response_started_at,
    t.first_response_at_risk_at,
    t.first_response_due_at,
    t.first_response_met_at,
    t.first_response_voided,
    t.next_reply_target,
    t.next_reply_consumed,
    t.next_reply_started_at,
    t.next_reply_at_risk_at,
    t.next_reply_due_at,
    t.next_reply_met_at,
    t.next_reply_voided,
    t.resolution_target,
    t.resolution_consumed,
    t.resolution_started_at,
    t.resolution_at_risk_at,
    t.resolution_due_at,
    t.resolution_met_at,
    t.resolution_voided,
    t.stale_at,
    t.risk_at,
    t.due_at,
    t.due_kind,
    t.loss_per_hour,
    t.loss_since,
    t.loss_past,
    t.loss_confirmed,
    t.is_incident,
    t.incident_id AS incident,
    t.promised_at,
    t.loss_suspected,
    t.loss_key,
    t.own_impact,
    u.calendar_id AS unit_calendar_id,
    t.rank,
    t.key1,
    t.key2,
    (SELECT json_group_array(g.tag) FROM tag AS g WHERE g.ticket_id = t.id) AS tags,
    (SELECT json_group_array(x.key) FROM watcher AS w JOIN agent AS x ON x.id = w.agent_id WHERE w.ticket_id = t.id)
        AS watchers,
    (SELECT json_group_array(x.inventory_number) FROM ticket_asset AS y JOIN asset AS x ON x.id = y.asset_id
        WHERE y.ticket_id = t.id) AS assets
FROM ticket AS t
LEFT JOIN service AS s ON s.id = t.service_id
LEFT JOIN team AS m ON m.id = t.team_id
LEFT JOIN agent AS a ON a.id = t.assignee_id
LEFT JOIN person AS p ON p.id = t.requester_id
LEFT JOIN unit AS u ON u.id = t.unit_id
LEFT JOIN sla AS l ON l.id = t.sla_id;

CREATE VIEW queue_view AS
SELECT * FROM ticket_view WHERE is_open;

-- Outages. What one has cost so far is `loss`, and `per_hour` for each opening hour of the unit (its calendar) since
-- `since`; both are NULL once it has ended. Only confirmed ones enter totals.
DROP VIEW IF EXISTS outage_view;
CREATE VIEW outage_view AS
SELECT
    o.id,
    o.ticket_id AS number,
    o.unit_id,
    u.key AS unit,
    u.name AS unit_name,
    u.calendar_id AS unit_calendar_id,
    t.service_id,
    s.key AS service,
    s.name AS service_name,
    t.team_id,
    o.down_from,
    o.down_to,
    o.share,
    o.confirmed,
    CASE WHEN o.down_to IS NULL THEN t.loss_per_hour END AS per_hour,
    CASE WHEN o.down_to IS NULL THEN t.loss_since END AS since,
    coalesce(o.loss, 0) AS loss,
    o.slices
FROM outage AS o
LEFT JOIN ticket AS t ON t.id = o.ticket_id
LEFT JOIN unit AS u ON u.id = o.unit_id
LEFT JOIN service AS s ON s.id = t.service_id;

-- The slices of outages: in each the rate stayed the same, whatever else of the unit stood. The loss of a slice is
-- `per_hour` for each opening hour of the unit within it; the last slice of an outage that lasts has no end.
DROP VIEW IF EXISTS outage_slice_view;
CREATE VIEW outage_slice_view AS
SELECT
    o.id AS outage_id,
    o.ticket_id AS number,
    o.unit_id,
    o.confirmed,
    c.key AS position,
    json_extract(c.value, '$[0]') AS starts_at,
    json_extract(c.value, '$[1]') AS ends_at,
    json_extract(c.value, '$[2]') AS share,
    CAST(round(json_extract(c.value, '$[3]') * 100) AS INTEGER) AS per_hour
FROM outage AS o, json_each(o.slices) AS c;

DROP VIEW IF EXISTS message_view;
CREATE VIEW message_view AS
SELECT
    m.id,
    m.ticket_id AS number,
    m.direction,
    a.key AS agent,
    m.author_name,
    m.author_address,
    m.takes_part,
    m.sent_at,
    m.taken_at,
    m.subject,
    m.text,
    m.quoted,
    m.recipients,
    m.message_id,
    m.in_reply_to,
    m.undeliverable,
    m.defects,
    m.raw_id,
    m.party,
    m.taken_back_at,
    o.state AS delivery,
    o.last_error AS delivery_error,
    o.send_after,
    o.sent_at AS delivered_at
FROM message AS m
LEFT JOIN agent AS a ON a.id = m.agent_id
LEFT JOIN outbox AS o ON o.message_ref = m.id;

DROP VIEW IF EXISTS attachment_view;
CREATE VIEW attachment_view AS
SELECT
    f.id,
    m.ticket_id AS number,
    f.message_id,
    f.name,
    f.media_type,
    f.inline,
    b.size,
    b.sha256,
    b.id AS blob_id
FROM attachment AS f
LEFT JOIN message AS m ON m.id = f.message_id
LEFT JOIN blob AS b ON b.id = f.blob_id;

DROP VIEW IF EXISTS history_view;
CREATE VIEW history_view AS
SELECT h.id, h.ticket_id AS number, h.at, h.actor, h.event, h.data,
    h.id IN (
        SELECT e.value FROM history AS u CROSS JOIN json_each(u.data, '$.events') AS e
        WHERE u.event IN ('undone', 'taken_back')
    ) AS undone
FROM history AS h;

DROP VIEW IF EXISTS clock_run_view;
CREATE VIEW clock_run_view AS
SELECT r.id, r.ticket_id AS number, r.kind AS clock, r.started_at, r.stopped_at, r.seconds, r.past
FROM clock_run AS r;

DROP VIEW IF EXISTS link_view;
CREATE VIEW link_view AS
SELECT k.ticket_id AS number, k.kind, k.other_id AS other, o.subject AS other_subject, o.status AS other_status,
    o.team_id AS other_team_id
FROM link AS k
LEFT JOIN ticket AS o ON o.id = k.other_id;

-- Agents who are told of a ticket that is not theirs; `by` is who said so, NULL for the desk itself.
DROP VIEW IF EXISTS watcher_view;
CREATE VIEW watcher_view AS
SELECT w.ticket_id AS number, w.agent_id, a.key AS agent, a.name AS agent_name, w.since, b.key AS by
FROM watcher AS w
LEFT JOIN agent AS a ON a.id = w.agent_id
LEFT JOIN agent AS b ON b.id = w.by_id;

-- Who was asked whether a ticket may be worked on, and what was said; `agent` is who wrote the decision down for him.
DROP VIEW IF EXISTS approval_view;
CREATE VIEW approval_view AS
SELECT p.id, p.ticket_id AS number, nullif(p.address, '') AS approver, p.name AS approver_name, p.state, p.asked_at,
    p.decided_at, p.how, a.key AS agent, p.comment, s.key AS service
FROM approval AS p
LEFT JOIN agent AS a ON a.id = p.agent_id
LEFT JOIN service AS s ON s.id = p.service_id;

-- Who was asked how it was, and what was answered: `score` from 1, very bad, to 5; NULL until somebody answers. Team,
-- service and unit are those of the ticket when its requester was asked.
DROP VIEW IF EXISTS rating_view;
CREATE VIEW rating_view AS
SELECT r.id, r.ticket_id AS number, r.person_id, r.team_id, m.key AS team, s.key AS service, u.key AS unit, r.asked_at,
    r.answered_at, r.score, r.comment, r.how, r.follow_up_id AS follow_up
FROM rating AS r
LEFT JOIN team AS m ON m.id = r.team_id
LEFT JOIN service AS s ON s.id = r.service_id
LEFT JOIN unit AS u ON u.id = r.unit_id;

DROP VIEW IF EXISTS load_view;
CREATE VIEW load_view AS
SELECT
    m.key AS team,
    a.key AS assignee,
    t.priority,
    t.status,
    count(*) AS tickets,
    min(t.due_at) AS first_due_at
FROM ticket AS t
LEFT JOIN team AS m ON m.id = t.team_id
LEFT JOIN agent AS a ON a.id = t.assignee_id
WHERE t.is_open
GROUP BY t.team_id, t.assignee_id, t.priority, t.status;

DROP VIEW IF EXISTS ledger_view;
CREATE VIEW ledger_view AS
SELECT
    l.id,
    l.mailbox,
    l.folder,
    l.uidvalidity,
    l.uid,
    l.taken_at,
    l.marked_at,
    l.sender,
    l.subject,
    l.message_id,
    l.sha256,
    l.outcome,
    l.reason,
    l.ticket_id AS number,
    l.team_id,
    t.team_id AS ticket_team_id,
    l.raw_id
FROM ledger AS l
LEFT JOIN ticket AS t ON t.id = l.ticket_id;

DROP VIEW IF EXISTS quarantine_view;
CREATE VIEW quarantine_view AS
SELECT
    q.id,
    l.mailbox,
    l.folder,
    l.uid,
    l.sender,
    l.subject,
    l.message_id,
    q.error,
    q.trace,
    q.quarantined_at,
    q.ended_at,
    q.ended_how,
    l.raw_id
FROM quarantine AS q
LEFT JOIN ledger AS l ON l.id = q.ledger_id;

DROP VIEW IF EXISTS outbox_view;
CREATE VIEW outbox_view AS
SELECT
    o.id,
    o.kind,
    o.language,
    o.recipients,
    o.message_id,
    o.ticket_id AS number,
    o.created_at,
    o.send_after,
    o.state,
    o.attempts,
    o.last_error,
    o.sent_at,
    a.key AS agent,
    o.sent_with,
    t.subject,
    t.team_id
FROM outbox AS o
LEFT JOIN agent AS a ON a.id = o.agent_id
LEFT JOIN ticket AS t ON t.id = o.ticket_id;

DROP VIEW IF EXISTS blocked_view;
CREATE VIEW blocked_view AS
SELECT b.pattern, b.actor, b.blocked_at FROM blocked_sender AS b;

DROP VIEW IF EXISTS time_view;
CREATE VIEW time_view AS
SELECT s.id, s.ticket_id AS number, a.key AS agent, a.name AS agent_name, s.spent_at, s.seconds, s.message_id
FROM time_spent AS s
LEFT JOIN agent AS a ON a.id = s.agent_id;

DROP VIEW IF EXISTS visit_view;
CREATE VIEW visit_view AS
SELECT v.id, v.ticket_id AS number, a.key AS agent, a.name AS agent_name, v.starts_at, v.agreed_at, v.ended_at
FROM visit AS v
LEFT JOIN ticket AS t ON t.id = v.ticket_id
LEFT JOIN agent AS a ON a.id = coalesce(v.agent_id, t.assignee_id);

DROP VIEW IF EXISTS undo_view;
CREATE VIEW undo_view AS
SELECT u.id, u.batch, u.agent_id, a.key AS agent, u.at, u.ticket_id AS number, u.verb, u.sentence
FROM undo AS u
LEFT JOIN agent AS a ON a.id = u.agent_id
WHERE u.part_of IS NULL;

DROP VIEW IF EXISTS event_view;
CREATE VIEW event_view AS
SELECT e.source, e.key, e.state, e.ticket_id AS number, e.first_at, e.last_at, e.downs, e.ups, u.key AS unit, t.team_id
FROM check_event AS e
LEFT JOIN unit AS u ON u.id = e.unit_id
LEFT JOIN ticket AS t ON t.id = e.ticket_id;

-- What was answered in the form of a ticket's service.
DROP VIEW IF EXISTS form_view;
CREATE VIEW form_view AS
SELECT v.ticket_id AS number, v.position, v.key, v.label, v.value FROM form_value AS v;

-- Equipment by its inventory number. `checks` is an array of `SOURCE KEY`; days are 2026-11-27.
DROP VIEW IF EXISTS asset_view;
CREATE VIEW asset_view AS
SELECT
    a.id AS asset_id,
    a.inventory_number,
    a.number_key,
    a.name,
    a.kind,
    a.model,
    a.serial,
    a.unit_id,
    u.key AS unit,
    u.name AS unit_name,
    a.service_id,
    s.key AS service,
    s.name AS service_name,
    a.bought_on,
    a.warranty_until,
    (SELECT json_group_array(c.source || ' ' || c.key) FROM asset_check AS c WHERE c.asset_id = a.id) AS checks,
    a.note,
    a.created_at,
    a.updated_at,
    a.retired_at
FROM asset AS a
LEFT JOIN unit AS u ON u.id = a.unit_id
LEFT JOIN service AS s ON s.id = a.service_id;
