"""The steps that use cases share: each takes the session and never commits."""
