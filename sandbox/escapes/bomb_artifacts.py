"""Shows more files than a cell may keep.

Denial: bounded
"""

import matplotlib.pyplot

for _ in range(120):
    matplotlib.pyplot.figure(figsize=(1, 1))
    matplotlib.pyplot.show()
    matplotlib.pyplot.close("all")
