"""Reads and writes the memory of another kernel and of the template.

Denial: Denied
"""

try_all(
    *[
        lambda p=p, mode=mode, name=name: open(f"/proc/{p}/{name}", mode)
        for p in (target["witness"], os.getppid(), 1)
        for name, mode in (("mem", "rb"), ("mem", "r+b"), ("maps", "rb"), ("pagemap", "rb"))
    ]
)
