"""Takes memory that no limit counts with the names of empty files in /tmp.

Denial: KernelDied, OSError
"""

for number in range(10_000_000):
    os.close(os.open(os.path.join(os.environ["TMPDIR"], f"name-{number}"), os.O_CREAT | os.O_WRONLY))
