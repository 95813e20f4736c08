"""What changes tickets, one class for each group of verbs; `work` puts them together for list and ticket."""
