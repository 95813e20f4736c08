"""How the promises of a ticket came to stand as they do, told step by step from what the store keeps of it."""
