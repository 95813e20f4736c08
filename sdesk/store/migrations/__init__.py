"""How the schema came to be (Alembic): the one way in which it changes."""
