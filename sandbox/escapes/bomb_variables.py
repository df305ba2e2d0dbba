"""Leaves a hundred thousand variables with long names.

Denial: bounded
"""

globals().update({f"v{'x' * 200}{n}": n for n in range(100_000)})
