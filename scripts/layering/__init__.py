"""Checks of what the compiler lets through: directions of imports and the written invariants."""
