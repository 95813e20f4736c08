"""The room of the four questions (now, who, past, ahead): what the reader found becomes figures, and a page to show.

How a report is made, the same for each question Q:

- `store/reader/reports/Q.py` asks the store, behind the walls of the agent who asks, and gives plain facts; a method of
  `store/reader/report_reader.ReportReader` is the way to it.
- `reports/Q.py` computes frozen dataclasses of these facts. `now` is an argument, as everywhere.
- `reports/Q_page.py` makes a `Page` of them (`reports/page`): titled sections with tables, whose cells may be bars.
  It is for eyes and may change.
- `reports/Q_rows.py` makes what programs get: an object with named sections for JSON, flat rows for csv, tsv and jsonl.
  That is a contract: fields may be added.
- `cli/report.print_report` prints either. `reports/letter` makes plain text and HTML of a page, for a mail.

What is told of one ticket lives here too, for both front ends: `reports/explained` (every step of its clocks) and
`reports/decided` (why it is what it is). Their sentences are phrases, which the console says in its language.

`reports/period` knows weeks, months and quarters in the desk's zone. Each figure is defined in
docs/reference/figures.md.
The room imports `domain` and `store/reader` alone, and nothing that writes.
"""
