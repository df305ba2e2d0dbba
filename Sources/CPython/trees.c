// `_lathe_trees`: pickles of large plain data, written without touching what is pickled.
//
// Python's own pickler counts a reference to each object that it looks at. In a copy of a kernel each count copies the page that
// it stands on, so saving five million numbers would cost as much memory again. This reads through borrowed references only.
//
// A tree is a list, tuple, dict or set of None, bools, ints, floats, strings, bytes and further trees, each of exactly that type.
// Nobody but its parent refers to a tree inside another, so nothing in it can be shared with anything else.

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { BUFFER = 1 << 20, DEPTH = 100, BATCH = 1000, INT_BYTES = 255, MOST_SHARED = 1 << 20 };

/// Where a pickle goes: to `write`, or nowhere where that is NULL and only its length is wanted.
struct pickle {
    PyObject *write;
    uint8_t *buffer;
    size_t filled;
    size_t length;
    /// Strings and bytes that others refer to as well, by address, and the number of each in the pickle; open addressing.
    struct shared {
        PyObject *object;
        uint32_t number;
    } *shared;
    size_t capacity;
    uint32_t count;
};

/// Why something is not written: -1 with an exception set, or it is no tree.
enum outcome { WRITTEN = 0, FAILED = -1, NO_TREE = 1 };

static enum outcome emit(struct pickle *pickle, PyObject *value, int depth);

// MARK: Bytes

static enum outcome hand_on(struct pickle *pickle, const uint8_t *bytes, size_t count) {
    PyObject *view = PyMemoryView_FromMemory((char *)bytes, (Py_ssize_t)count, PyBUF_READ);
    if (!view) return FAILED;
    PyObject *done = PyObject_CallOneArg(pickle->write, view);
    Py_DECREF(view);
    Py_XDECREF(done);
    return done ? WRITTEN : FAILED;
}

static enum outcome flush(struct pickle *pickle) {
    size_t filled = pickle->filled;
    pickle->filled = 0;
    return filled && pickle->write ? hand_on(pickle, pickle->buffer, filled) : WRITTEN;
}

static enum outcome put(struct pickle *pickle, const void *bytes, size_t count) {
    pickle->length += count;
    if (!pickle->write) return WRITTEN;
    if (count > BUFFER - pickle->filled) {
        if (flush(pickle) != WRITTEN) return FAILED;
        if (count > BUFFER) return hand_on(pickle, bytes, count);
    }
    memcpy(pickle->buffer + pickle->filled, bytes, count);
    pickle->filled += count;
    return WRITTEN;
}

static enum outcome put_op(struct pickle *pickle, char op) { return put(pickle, &op, 1); }

/// An operation and a number of so many bytes, the lowest first.
static enum outcome put_number(struct pickle *pickle, char op, uint64_t number, size_t bytes) {
    uint8_t text[9] = {(uint8_t)op};
    for (size_t index = 0; index < bytes; index++) text[index + 1] = (uint8_t)(number >> (8 * index));
    return put(pickle, text, bytes + 1);
}

// MARK: Numbers

static enum outcome put_large(struct pickle *pickle, PyObject *value) {
    uint8_t text[2 + INT_BYTES] = {0x8a};
    size_t bytes = _PyLong_NumBits(value) / 8 + 1;
    if (bytes > INT_BYTES) return NO_TREE;
    text[1] = (uint8_t)bytes;
    if (_PyLong_AsByteArray((PyLongObject *)value, text + 2, bytes, 1, 1) < 0) return FAILED;
    return put(pickle, text, bytes + 2);
}

static enum outcome put_integer(struct pickle *pickle, PyObject *value) {
    int overflow = 0;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow) return put_large(pickle, value);
    if (number >= 0 && number <= 0xff) return put_number(pickle, 'K', (uint64_t)number, 1);
    if (number >= 0 && number <= 0xffff) return put_number(pickle, 'M', (uint64_t)number, 2);
    if (number >= INT32_MIN && number <= INT32_MAX) return put_number(pickle, 'J', (uint64_t)number, 4);
    return put_large(pickle, value);
}

static enum outcome put_float(struct pickle *pickle, PyObject *value) {
    double number = PyFloat_AS_DOUBLE(value);
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return put_number(pickle, 'G', __builtin_bswap64(bits), 8);
}

// MARK: Text

/// Where an object is in a table, or would be; `capacity` is a power of two.
static size_t slot(const struct shared *table, size_t capacity, const PyObject *object) {
    size_t place = ((uintptr_t)object >> 4) * 0x9E3779B97F4A7C15u & (capacity - 1);
    while (table[place].object && table[place].object != object) place = (place + 1) & (capacity - 1);
    return place;
}

/// Grows the table of what is shared; false where memory is short.
static bool make_room(struct pickle *pickle) {
    if (pickle->capacity && pickle->count < pickle->capacity / 2) return true;
    size_t capacity = pickle->capacity ? pickle->capacity * 2 : 1024;
    struct shared *table = calloc(capacity, sizeof *table);
    if (!table) return false;
    for (size_t index = 0; index < pickle->capacity; index++) {
        struct shared entry = pickle->shared[index];
        if (!entry.object) continue;
        table[slot(table, capacity, entry.object)] = entry;
    }
    free(pickle->shared);
    pickle->shared = table;
    pickle->capacity = capacity;
    return true;
}

/// Whether the value is in the pickle already, which then refers to it; `notes` says whether it is to be noted once it is there.
static enum outcome put_again(struct pickle *pickle, PyObject *value, bool *is_there, bool *notes) {
    *is_there = *notes = false;
    if (Py_REFCNT(value) == 1) return WRITTEN;
    if (!make_room(pickle)) {
        PyErr_NoMemory();
        return FAILED;
    }
    size_t place = slot(pickle->shared, pickle->capacity, value);
    if (pickle->shared[place].object) {
        *is_there = true;
        uint32_t number = pickle->shared[place].number;
        return number <= 0xff ? put_number(pickle, 'h', number, 1) : put_number(pickle, 'j', number, 4);
    }
    // What is beyond stays right, and is written each time that it comes.
    if (pickle->count == MOST_SHARED) return WRITTEN;
    pickle->shared[place] = (struct shared){value, pickle->count++};
    *notes = true;
    return WRITTEN;
}

static enum outcome put_length(struct pickle *pickle, size_t length, const char ops[3]) {
    if (length <= 0xff) return put_number(pickle, ops[0], length, 1);
    if (length <= 0xffffffffu) return put_number(pickle, ops[1], length, 4);
    return put_number(pickle, ops[2], length, 8);
}

static size_t utf8_bytes(Py_UCS4 one) { return one < 0x80 ? 1 : one < 0x800 ? 2 : one < 0x10000 ? 3 : 4; }

/// Writes text that is not ASCII, lone surrogates as Python's pickler does. Python's own encoders would keep a copy in the object.
static enum outcome put_wide(struct pickle *pickle, PyObject *value) {
    int kind = (int)PyUnicode_KIND(value);
    const void *data = PyUnicode_DATA(value);
    Py_ssize_t count = PyUnicode_GET_LENGTH(value);
    size_t bytes = 0;
    for (Py_ssize_t index = 0; index < count; index++) bytes += utf8_bytes(PyUnicode_READ(kind, data, index));
    if (put_length(pickle, bytes, "\x8cX\x8d") != WRITTEN) return FAILED;
    for (Py_ssize_t index = 0; index < count; index++) {
        Py_UCS4 one = PyUnicode_READ(kind, data, index);
        size_t length = utf8_bytes(one);
        uint8_t text[4] = {(uint8_t)one};
        for (size_t rest = length; length > 1 && rest > 1; one >>= 6) text[--rest] = 0x80 | (one & 0x3f);
        if (length > 1) text[0] = (uint8_t)((0xf00 >> length & 0xff) | one);
        if (put(pickle, text, length) != WRITTEN) return FAILED;
    }
    return WRITTEN;
}

static enum outcome put_text(struct pickle *pickle, PyObject *value) {
    bool is_there, notes;
    enum outcome outcome = put_again(pickle, value, &is_there, &notes);
    if (outcome != WRITTEN || is_there) return outcome;
    if (PyBytes_CheckExact(value)) {
        size_t length = (size_t)PyBytes_GET_SIZE(value);
        outcome = put_length(pickle, length, "CB\x8e");
        if (outcome == WRITTEN) outcome = put(pickle, PyBytes_AS_STRING(value), length);
    } else if (!PyUnicode_IS_READY(value)) {
        return NO_TREE;
    } else if (PyUnicode_IS_COMPACT_ASCII(value)) {
        size_t length = (size_t)PyUnicode_GET_LENGTH(value);
        outcome = put_length(pickle, length, "\x8cX\x8d");
        if (outcome == WRITTEN) outcome = put(pickle, PyUnicode_DATA(value), length);
    } else {
        outcome = put_wide(pickle, value);
    }
    return outcome == WRITTEN && notes ? put_op(pickle, '\x94') : outcome;
}

// MARK: Collections

static enum outcome put_list(struct pickle *pickle, PyObject *list, int depth) {
    enum outcome outcome = put_op(pickle, ']');
    Py_ssize_t index = 0;
    while (outcome == WRITTEN && index < PyList_GET_SIZE(list)) {
        outcome = put_op(pickle, '(');
        Py_ssize_t end = index + BATCH;
        for (; outcome == WRITTEN && index < end && index < PyList_GET_SIZE(list); index++)
            outcome = emit(pickle, PyList_GET_ITEM(list, index), depth);
        if (outcome == WRITTEN) outcome = put_op(pickle, 'e');
    }
    return outcome;
}

static enum outcome put_dict(struct pickle *pickle, PyObject *dict, int depth) {
    enum outcome outcome = put_op(pickle, '}');
    Py_ssize_t place = 0;
    PyObject *key, *value;
    bool has_more = PyDict_Next(dict, &place, &key, &value);
    while (outcome == WRITTEN && has_more) {
        outcome = put_op(pickle, '(');
        for (int count = 0; outcome == WRITTEN && has_more && count < BATCH; count++) {
            outcome = emit(pickle, key, depth);
            if (outcome == WRITTEN) outcome = emit(pickle, value, depth);
            has_more = PyDict_Next(dict, &place, &key, &value);
        }
        if (outcome == WRITTEN) outcome = put_op(pickle, 'u');
    }
    return outcome;
}

static enum outcome put_set(struct pickle *pickle, PyObject *set, int depth) {
    enum outcome outcome = put_op(pickle, '\x8f');
    Py_ssize_t place = 0;
    PyObject *item;
    Py_hash_t hash;
    bool has_more = _PySet_NextEntry(set, &place, &item, &hash);
    while (outcome == WRITTEN && has_more) {
        outcome = put_op(pickle, '(');
        for (int count = 0; outcome == WRITTEN && has_more && count < BATCH; count++) {
            outcome = emit(pickle, item, depth);
            has_more = _PySet_NextEntry(set, &place, &item, &hash);
        }
        if (outcome == WRITTEN) outcome = put_op(pickle, '\x90');
    }
    return outcome;
}

static enum outcome put_tuple(struct pickle *pickle, PyObject *tuple, int depth) {
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    if (!count) return put_op(pickle, ')');
    enum outcome outcome = count > 3 ? put_op(pickle, '(') : WRITTEN;
    for (Py_ssize_t index = 0; outcome == WRITTEN && index < count; index++)
        outcome = emit(pickle, PyTuple_GET_ITEM(tuple, index), depth);
    return outcome == WRITTEN ? put_op(pickle, count > 3 ? 't' : (char)(0x84 + count)) : outcome;
}

static enum outcome put_collection(struct pickle *pickle, PyObject *value, int depth) {
    if (depth > DEPTH) return NO_TREE;
    if (PyList_CheckExact(value)) return put_list(pickle, value, depth);
    if (PyDict_CheckExact(value)) return put_dict(pickle, value, depth);
    if (PyTuple_CheckExact(value)) return put_tuple(pickle, value, depth);
    return PySet_CheckExact(value) ? put_set(pickle, value, depth) : NO_TREE;
}

static enum outcome emit(struct pickle *pickle, PyObject *value, int depth) {
    if (value == Py_None) return put_op(pickle, 'N');
    if (PyBool_Check(value)) return put_op(pickle, value == Py_True ? '\x88' : '\x89');
    if (PyLong_CheckExact(value)) return put_integer(pickle, value);
    if (PyFloat_CheckExact(value)) return put_float(pickle, value);
    if (PyUnicode_CheckExact(value) || PyBytes_CheckExact(value)) return put_text(pickle, value);
    // Python has one empty tuple, to which everybody refers.
    bool is_empty = PyTuple_CheckExact(value) && !PyTuple_GET_SIZE(value);
    if (depth && Py_REFCNT(value) != 1 && !is_empty) return NO_TREE;
    return put_collection(pickle, value, depth + 1);
}

// MARK: The module

/// A pickle of `{name: tree}`.
static enum outcome put_variable(struct pickle *pickle, PyObject *name, PyObject *tree) {
    enum outcome outcome = put(pickle, "\x80\x05}", 3);
    if (outcome == WRITTEN) outcome = put_text(pickle, name);
    if (outcome == WRITTEN) outcome = put_collection(pickle, tree, 1);
    if (outcome == WRITTEN) outcome = put(pickle, "s.", 2);
    return outcome == WRITTEN ? flush(pickle) : outcome;
}

/// Whether no other thread could change what is read, while pieces are handed on.
static bool is_alone(void) {
    PyThreadState *first = PyInterpreterState_ThreadHead(PyInterpreterState_Get());
    return first && !PyThreadState_Next(first);
}

static PyObject *trees_write(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *name, *tree, *write;
    if (!PyArg_ParseTuple(arguments, "O!OO:write", &PyUnicode_Type, &name, &tree, &write)) return NULL;
    if (!is_alone()) Py_RETURN_NONE;
    struct pickle pickle = {.write = write == Py_None ? NULL : write};
    if (pickle.write && !(pickle.buffer = malloc(BUFFER))) return PyErr_NoMemory();
    enum outcome outcome = put_variable(&pickle, name, tree);
    free(pickle.buffer);
    free(pickle.shared);
    if (outcome == FAILED) return NULL;
    if (outcome == NO_TREE) Py_RETURN_NONE;
    return PyLong_FromSize_t(pickle.length);
}

static PyMethodDef methods[] = {
    {"write", trees_write, METH_VARARGS,
     "write(name, tree, write) -> bytes\n\n"
     "Writes the pickle of `{name: tree}` in pieces to `write`, or nowhere where that is None, and returns its length; None for "
     "what is no tree, and where another thread could change it meanwhile."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_lathe_trees", .m_doc = "Pickles of large plain data.", .m_size = -1,
    .m_methods = methods,
};

static PyObject *initialise(void) { return PyModule_Create(&definition); }

int lathe_trees_register(void) { return PyImport_AppendInittab("_lathe_trees", initialise); }
