"""Takes all memory of the machine with memory files, which no limit of a process counts.

Denial: OSError
Succeeds: memory files are bounded in size and number, not in sum; only a control group counts them
"""

held = []
for _ in range(8):
    descriptor = os.memfd_create("bomb")
    os.posix_fallocate(descriptor, 0, target["memory"] // 4)
    held.append(descriptor)
