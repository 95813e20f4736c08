"""What is shown, as lines and cells: pure functions from what the reader gives to styled text."""
