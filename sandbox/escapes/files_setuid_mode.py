"""Makes a file in the work folder that takes on its owner's rights.

Denial: Denied
"""

write("plain")
try_all(
    lambda: os.chmod("plain", 0o4755),
    lambda: os.chmod("plain", 0o2755),
    lambda: os.fchmod(os.open("plain", os.O_RDWR), 0o6755),
    lambda: os.chmod("plain", 0o4755, dir_fd=os.open(".", os.O_RDONLY)),
)
