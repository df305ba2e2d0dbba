"""Measures Lathe against its peers: `scripts/bench` runs it, and each figure is a JSON line."""
