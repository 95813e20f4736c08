"""A throw-away desk to look at: a jeweller's desk file, its mailbox, and what its agents have already done."""
