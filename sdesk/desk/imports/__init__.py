"""Tickets that come from elsewhere by the line: made once, followed at every further import."""
