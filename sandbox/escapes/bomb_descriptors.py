"""Opens files without end.

Denial: OSError
"""

held = []
try:
    while True:
        held.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    for descriptor in held:
        os.close(descriptor)
    raise
