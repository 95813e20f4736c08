"""The console: Textual."""
