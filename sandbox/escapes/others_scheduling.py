"""Slows another kernel down, and takes its limits away.

Denial: Denied
"""

import resource

other = target["witness"]
try_all(
    lambda: os.sched_setaffinity(other, {0}),
    lambda: os.setpriority(os.PRIO_PROCESS, other, 19),
    lambda: os.setpriority(os.PRIO_USER, 0, 19),
    lambda: resource.prlimit(other, resource.RLIMIT_CPU, (1, 1)),
    lambda: os.sched_setscheduler(other, os.SCHED_IDLE, os.sched_param(0)),
)
