// `_lathe_arena`: large arrays are made in memory files, so that handing one to another kernel copies nothing.
//
// A block is a memory file with large pages, mapped shared by the kernel that made it. It counts against the limit of memory
// through a private map of the same length that is never touched. Before anybody else may see a block, be it a fork or the kernel
// of a subtask, it is frozen: a private map of the file takes the place of the shared one, and the file is sealed. Then writes
// stay with who writes, as with any memory. One system call puts the map there, so no write of another thread is lost. No process
// inherits a shared map, however it is forked: none is better than one that both write to.
//
// numpy's own allocator has all that is small, asked for as zeros, or not to be had here.

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

#include "blocks.h"
#include "internal.h"

/// Below it a copy is cheaper than a file.
static const size_t LEAST = 32 << 20;

/// As numpy declares it (NEP 49), version 1.
struct handler {
    char name[127];
    uint8_t version;
    void *context;
    void *(*malloc)(void *context, size_t size);
    void *(*calloc)(void *context, size_t count, size_t size);
    void *(*realloc)(void *context, void *address, size_t size);
    void (*free)(void *context, void *address, size_t size);
};

/// The one that was there before.
static const struct handler *plain;

// MARK: numpy's allocator

static void *arena_malloc(void *context, size_t size) {
    (void)context;
    void *address = size >= LEAST ? lathe_block_make(size) : NULL;
    return address ? address : plain->malloc(plain->context, size);
}

static void *arena_calloc(void *context, size_t count, size_t size) {
    (void)context;
    return plain->calloc(plain->context, count, size);
}

static void arena_free(void *context, void *address, size_t size) {
    (void)context;
    if (!lathe_block_drop(address)) plain->free(plain->context, address, size);
}

static void *arena_realloc(void *context, void *address, size_t size) {
    size_t before = lathe_block_size(address);
    if (!before) return plain->realloc(plain->context, address, size);
    void *moved = arena_malloc(context, size);
    if (!moved) return NULL;
    memcpy(moved, address, before < size ? before : size);
    (void)lathe_block_drop(address);
    return moved;
}

static struct handler handler = {
    .name = "lathe_arena", .version = 1, .malloc = arena_malloc, .calloc = arena_calloc, .realloc = arena_realloc,
    .free = arena_free,
};

// MARK: The module

/// The places of these functions in numpy's table, which never change.
enum { SET_HANDLER = 304, GET_HANDLER = 305 };

static PyObject *arena_install(PyObject *module, PyObject *capsule) {
    (void)module;
    void **table = PyCapsule_GetPointer(capsule, NULL);
    if (!table) return NULL;
    if (plain) Py_RETURN_FALSE;
    PyObject *current = ((PyObject * (*)(void)) table[GET_HANDLER])();
    if (!current) return NULL;
    // It is not let go of: blocks that it gave may be freed at any time.
    const struct handler *found = PyCapsule_GetPointer(current, "mem_handler");
    if (!found) return NULL;
    if (found->version != 1) Py_RETURN_FALSE;
    if (lathe_blocks_begin() != 0) return PyErr_NoMemory();
    plain = found;
    PyObject *own = PyCapsule_New(&handler, "mem_handler", NULL);
    PyObject *before = own ? ((PyObject * (*)(PyObject *)) table[SET_HANDLER])(own) : NULL;
    Py_XDECREF(own);
    if (!before) return NULL;
    Py_DECREF(before);
    Py_RETURN_TRUE;
}

static PyObject *arena_freeze(PyObject *module, PyObject *argument) {
    (void)module;
    void *address = PyLong_AsVoidPtr(argument);
    if (!address && PyErr_Occurred()) return NULL;
    struct lathe_frozen found;
    if (!lathe_block_freeze(address, &found)) Py_RETURN_NONE;
    return Py_BuildValue("inK", found.file, (Py_ssize_t)found.size, (unsigned long long)found.inode);
}

static PyObject *arena_freeze_all(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    return PyBool_FromLong(lathe_blocks_freeze());
}

static PyObject *arena_map(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    lathe_blocks_map();
    Py_RETURN_NONE;
}

static PyObject *arena_size(PyObject *module, PyObject *argument) {
    (void)module;
    void *address = PyLong_AsVoidPtr(argument);
    if (!address && PyErr_Occurred()) return NULL;
    return PyLong_FromSize_t(lathe_block_size(address));
}

static PyObject *arena_files(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    int files[LATHE_MOST_BLOCKS], count = lathe_blocks_open(files);
    PyObject *list = PyList_New(0);
    for (int index = 0; list && index < count; index++) {
        PyObject *number = PyLong_FromLong(files[index]);
        if (!number || PyList_Append(list, number) < 0) Py_CLEAR(list);
        Py_XDECREF(number);
    }
    return list;
}

static PyObject *arena_leave(PyObject *module, PyObject *arguments) {
    (void)module;
    Py_ssize_t address, end;
    if (!PyArg_ParseTuple(arguments, "nn:leave", &address, &end)) return NULL;
    return PyBool_FromLong(end >= address && lathe_block_leave((void *)address, (size_t)(end - address)));
}

static PyMethodDef methods[] = {
    {"install", arena_install, METH_O,
     "install(table) -> bool\n\nTakes over numpy's large arrays; `table` is its `_ARRAY_API`. False where that is done, or not known."},
    {"freeze", arena_freeze, METH_O,
     "freeze(address) -> (descriptor, size, inode) | None\n\nFreezes the block of an array whose data begins there, and names its "
     "sealed file, which stays the arena's. None where there is none."},
    {"freeze_all", arena_freeze_all, METH_NOARGS,
     "freeze_all() -> bool\n\nFreezes every block. False where one could not be: no fork has it."},
    {"map", arena_map, METH_NOARGS,
     "map() -> None\n\nHas Linux count the pages of every block as this process's: a fork knows of none that it did not touch."},
    {"size", arena_size, METH_O, "size(address) -> int\n\nThe bytes of the block that begins there; 0 where none does."},
    {"files", arena_files, METH_NOARGS, "files() -> [descriptor]\n\nThe files of blocks that are not frozen yet."},
    {"leave", arena_leave, METH_VARARGS,
     "leave(address, end) -> bool\n\nLets go of a block's file but for the pages up to `end`, in whose place another file is to be "
     "mapped. False where that is not to be had; no other thread may run."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_lathe_arena", .m_doc = "Large arrays in memory files.", .m_size = -1,
    .m_methods = methods,
};

static PyObject *initialise(void) { return PyModule_Create(&definition); }

int lathe_arena_register(void) { return PyImport_AppendInittab("_lathe_arena", initialise); }
