"""Reads the library of capabilities without ever running one: syntax trees, TOML and hashes only."""
