"""Makes a call in the x32 numbering, which filters forget.

Denial: KernelDied
"""

system_call(0x40000000 + 39)
