#ifndef LATHE_CPYTHON_INTERNAL_H
#define LATHE_CPYTHON_INTERNAL_H

#include "CPython.h"

typedef struct _object PyObject;

/// Makes `_lathe_channel` importable; before the interpreter starts.
int lathe_channel_register(const struct lathe_channel *ends);

/// Makes the channel speak on the descriptor of its place again, which is another one now.
void lathe_channel_reopen(void);

/// Makes `_lathe_trees` importable; before the interpreter starts.
int lathe_trees_register(void);

/// Makes `_lathe_arena` importable; before the interpreter starts.
int lathe_arena_register(void);

/// `_lathe_channel.copy` and `_lathe_channel.thaw`.
PyObject *lathe_channel_copy(PyObject *module, PyObject *arguments);
PyObject *lathe_channel_thaw(PyObject *module, PyObject *unused);

#endif
