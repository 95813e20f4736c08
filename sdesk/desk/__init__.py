"""What people do with the desk: one function is one use case."""
