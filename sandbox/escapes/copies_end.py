"""Ends the copy that was made before, so that nothing can be undone.

Denial: Denied
Succeeds: a kernel may signal what it forked, its copies among them; an undo that they were kept for says that they are gone
"""

lathe._channel.call("copy", {})
parent = os.getppid()
siblings = [int(n) for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()]
# The copy is among them; the others are kernels forked ahead.
children = [n for n in siblings if open(f"/proc/{n}/stat").read().rsplit(")", 1)[1].split()[1] == str(parent)]
try_all(*[lambda n=n: os.kill(n, 9) for n in children])
