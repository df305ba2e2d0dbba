#ifndef LATHE_CPYTHON_INTERNAL_H
#define LATHE_CPYTHON_INTERNAL_H

#include "CPython.h"

/// Makes `_lathe_channel` importable; before the interpreter starts.
int lathe_channel_register(const struct lathe_channel *ends);

#endif
