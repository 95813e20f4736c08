"""The outbox: rows become letters, letters go to the mail server, and what became of each is written down."""
