"""The desk's side of the outbox: which mail goes next and what it is made of, and what became of it.

It knows rows, tickets and tokens; no server, and not how a mail is written: that is `mail/outbox`.
"""
