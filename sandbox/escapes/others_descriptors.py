"""Opens what other processes have open, by way of /proc.

Denial: Denied
"""

try_all(
    *[
        lambda p=p, n=n: open(f"/proc/{p}/fd/{n}", "rb")
        for p in (target["witness"], os.getppid(), 1)
        for n in (0, 1, 2, 3)
    ]
)
