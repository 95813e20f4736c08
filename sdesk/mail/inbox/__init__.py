"""The mailroom: mail is got from where it lies, handed to the desk once, and marked there."""
