"""Where mail comes from."""
