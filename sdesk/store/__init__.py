"""The ticket store: tables, migrations, the read side."""
