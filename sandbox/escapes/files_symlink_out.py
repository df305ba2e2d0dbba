"""Reads and writes the host through symbolic links in the work folder.

Denial: Denied
"""

for name, goal in (("one", target["secret"]), ("two", "/proc/1/root/etc/shadow"), ("three", "/venv/planted")):
    if not os.path.islink(name):
        os.symlink(goal, name)
try_all(lambda: read("one"), lambda: read("two"), lambda: write("three"))
