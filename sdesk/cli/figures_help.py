"""What the figures of `past`, `now` and `who` count, in short: `sdesk help figures`. The reference has all of it."""

from __future__ import annotations

FIGURES = """\
What `sdesk past`, `now` and `who` count. What you may not see is in none of it; spam and merged tickets
are in none but loss and time spent.

opened           tickets that were created in the period
resolved         how often a ticket became resolved in it (`solved` in JSON)
reopened         how often a resolved or closed one was opened again
open at the end  what was open at the end of the period
first response   from the opening to the first public answer
resolution       from the opening to the resolution, of tickets that are resolved still; waits do not count
in time          the share of those that had a promise and kept it
loss             what confirmed outages cost within the period, in the opening hours of their units;
                 without a margin in the desk file it is the whole turnover that stood
time spent       what agents wrote down with --spent

breached         the earliest deadline has passed; in `who` and its JSON (`late`) with what is stale
stale            a breached ticket of P3 to P5 that is late twice over: for the lead to decide
at risk          more than 75 % of a promise is used up; the desk file may say another share

Answers and resolutions are measured in working time, in the calendar of the ticket's SLA. Of a number of tickets the
median is the time that half of them did not exceed, 90% the time that nine of ten did not. Weeks begin on Monday, days
at midnight in the desk's time zone. Each figure stands beside that of the period before.
"""
