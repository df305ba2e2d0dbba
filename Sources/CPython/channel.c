#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

static struct lathe_channel channel;

static PyObject *raise_channel(int status) {
    switch (status) {
    case LATHE_CHANNEL_END:
        PyErr_SetString(PyExc_EOFError, "the channel to lathe is closed");
        return NULL;
    case LATHE_CHANNEL_INVALID:
        PyErr_SetString(PyExc_ValueError, "not a frame: payload over 64 MiB or more than 250 descriptors");
        return NULL;
    default:
        errno = -status;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
}

static PyObject *frame_tuple(struct lathe_channel_frame *frame) {
    PyObject *descriptors = PyList_New((Py_ssize_t)frame->descriptor_count);
    for (size_t index = 0; descriptors && index < frame->descriptor_count; index++) {
        PyObject *number = PyLong_FromLong(frame->descriptors[index]);
        if (!number) {
            Py_CLEAR(descriptors);
            break;
        }
        PyList_SET_ITEM(descriptors, (Py_ssize_t)index, number);
    }
    if (!descriptors) {
        for (size_t index = 0; index < frame->descriptor_count; index++) close(frame->descriptors[index]);
        free(frame->payload);
        return NULL;
    }
    PyObject *result = Py_BuildValue("(iKy#N)", (int)frame->kind, (unsigned long long)frame->call,
                                     frame->payload ? (const char *)frame->payload : "", (Py_ssize_t)frame->length,
                                     descriptors);
    free(frame->payload);
    return result;
}

static PyObject *channel_receive(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    for (;;) {
        struct lathe_channel_frame frame = {0};
        int status;
        Py_BEGIN_ALLOW_THREADS
        status = channel.receive(&frame);
        Py_END_ALLOW_THREADS
        if (status == LATHE_CHANNEL_OK) return frame_tuple(&frame);
        if (status != LATHE_CHANNEL_INTERRUPTED) return raise_channel(status);
        if (PyErr_CheckSignals() < 0) return NULL;
    }
}

static PyObject *channel_waits(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    return PyBool_FromLong(channel.waits());
}

static int read_descriptors(PyObject *object, int *numbers, size_t *count) {
    PyObject *items = PySequence_Fast(object, "descriptors must be a sequence of integers");
    if (!items) return -1;
    Py_ssize_t length = PySequence_Fast_GET_SIZE(items);
    if (length > LATHE_CHANNEL_DESCRIPTORS) {
        Py_DECREF(items);
        PyErr_SetString(PyExc_ValueError, "a frame carries at most 250 descriptors");
        return -1;
    }
    for (Py_ssize_t index = 0; index < length; index++) {
        int number = PyObject_AsFileDescriptor(PySequence_Fast_GET_ITEM(items, index));
        if (number < 0) {
            Py_DECREF(items);
            return -1;
        }
        numbers[index] = number;
    }
    *count = (size_t)length;
    Py_DECREF(items);
    return 0;
}

static PyObject *channel_send(PyObject *module, PyObject *arguments) {
    (void)module;
    int kind;
    unsigned long long call;
    Py_buffer payload;
    PyObject *sequence;
    if (!PyArg_ParseTuple(arguments, "iKy*O:send", &kind, &call, &payload, &sequence)) return NULL;
    int descriptors[LATHE_CHANNEL_DESCRIPTORS];
    size_t count = 0;
    if (kind < 0 || kind > 255) {
        PyErr_SetString(PyExc_ValueError, "kind must be between 0 and 255");
        PyBuffer_Release(&payload);
        return NULL;
    }
    if (read_descriptors(sequence, descriptors, &count) < 0) {
        PyBuffer_Release(&payload);
        return NULL;
    }
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = channel.send((uint8_t)kind, call, payload.buf, (size_t)payload.len, descriptors, count);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&payload);
    if (status != LATHE_CHANNEL_OK) return raise_channel(status);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"receive", channel_receive, METH_NOARGS,
     "receive() -> (kind, call, payload, descriptors)\n\n"
     "Waits for one whole frame from lathe. Runs signal handlers while it waits; EOFError when lathe has gone."},
    {"waits", channel_waits, METH_NOARGS, "waits() -> bool\n\nWhether something is there to be received."},
    {"send", channel_send, METH_VARARGS,
     "send(kind, call, payload, descriptors)\n\n"
     "Sends one whole frame to lathe. The descriptors stay open and stay the caller's."},
    {"copy", lathe_channel_copy, METH_VARARGS,
     "copy(channel, stdout, stderr) -> process\n\n"
     "Forks. Here it returns the copy's process number and closes the descriptors; in the copy it returns 0, and they are "
     "its channel and standard streams. The copy's memory is closed to other processes until `thaw`."},
    {"thaw", lathe_channel_thaw, METH_NOARGS,
     "thaw()\n\nOpens a copy's memory to itself and its debuggers again."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_lathe_channel", .m_doc = "The kernel's channel to lathe.", .m_size = -1,
    .m_methods = methods,
};

void lathe_channel_reopen(void) { channel.reopen(); }

static PyObject *initialise(void) { return PyModule_Create(&definition); }

int lathe_channel_register(const struct lathe_channel *ends) {
    channel = *ends;
    return PyImport_AppendInittab("_lathe_channel", initialise);
}
