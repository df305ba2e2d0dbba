"""Looks into and changes the memory of the copy that was made before, which an undo would go back to.

Denial: Denied
"""

lathe._channel.call("copy", {})
parent = os.getppid()
siblings = [int(n) for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()]
copy = max(n for n in siblings if open(f"/proc/{n}/stat").read().rsplit(")", 1)[1].split()[1] == str(parent))
try_all(
    *[lambda name=name, mode=mode: open(f"/proc/{copy}/{name}", mode)
      for name, mode in (("mem", "rb"), ("mem", "r+b"), ("maps", "rb"), ("environ", "rb"), ("syscall", "rb"), ("oom_score_adj", "w"))],
    lambda: [open(f"/proc/{copy}/fd/{n}", "wb") for n in (1, 2, 3)],
    lambda: os.readlink(f"/proc/{copy}/exe"),
)
