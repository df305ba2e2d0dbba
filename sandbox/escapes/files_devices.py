"""Opens disks, memory and the kernel's log as devices.

Denial: Denied
"""

try_all(*[lambda d=d: read("/dev/" + d) for d in ("sda", "vda", "nvme0n1", "mem", "kmem", "kmsg", "fuse", "kvm", "tty", "ptmx", "net/tun")])
