"""Reads the library of capabilities without running one: syntax trees, TOML and hashes."""
