"""What the reports ask the store: one module a question. Behind the walls of the agent who asks, like every reading."""
