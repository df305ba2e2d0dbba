"""Administers the machine.

Denial: Denied
"""

numbers = {"kexec_load": 246, "kexec_file_load": 320, "init_module": 175, "finit_module": 313, "delete_module": 176}
numbers |= {"reboot": 169, "swapon": 167, "swapoff": 168, "settimeofday": 164, "clock_settime": 227, "adjtimex": 159}
numbers |= {"sethostname": 170, "acct": 163, "quotactl": 179, "syslog": 103, "iopl": 172, "ioperm": 173, "modify_ldt": 154}
numbers |= {"vhangup": 153, "nfsservctl": 180, "lookup_dcookie": 212, "mbind": 237, "move_pages": 279}
try_all(*[lambda n=n: system_call(n, 3, 0, 0, 0, 0) for n in numbers.values()])
