"""Looks into and changes the memory of the copy that was made before, which an undo would go back to.

Denial: Denied
"""

lathe._channel.call("copy", {})
parent = os.getppid()
siblings = [int(n) for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()]
# The copy is among them; the others are kernels forked ahead, and it must fail with them as well.
children = [n for n in siblings if open(f"/proc/{n}/stat").read().rsplit(")", 1)[1].split()[1] == str(parent)]
assert children
try_all(
    *[lambda n=n, name=name, mode=mode: open(f"/proc/{n}/{name}", mode)
      for n in children
      for name, mode in (("mem", "rb"), ("mem", "r+b"), ("maps", "rb"), ("environ", "rb"), ("oom_score_adj", "w"))],
    *[lambda n=n: open(f"/proc/{n}/syscall", "rb").read() for n in children],
    *[lambda n=n: [open(f"/proc/{n}/fd/{d}", "wb") for d in (1, 2, 3)] for n in children],
    *[lambda n=n: os.readlink(f"/proc/{n}/exe") for n in children],
)
