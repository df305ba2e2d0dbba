// Deliberately empty: this target carries libpython's compiler and linker flags (pkg-config python3-embed) to CPython.
// Python.h itself is included by CPython's shim alone, so that no Swift file ever sees it.
