"""The wire: how mail is got, read, and sent."""
