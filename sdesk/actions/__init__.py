"""Each verb once: what it is called, what it takes, when it is possible, which use case does it."""
