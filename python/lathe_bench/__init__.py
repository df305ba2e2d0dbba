"""Measures Lathe against ipykernel: `python -m lathe_bench PROGRAM ROOT`, a JSON line a figure."""
