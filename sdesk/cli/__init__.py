"""The command line: Typer, one module a noun."""
