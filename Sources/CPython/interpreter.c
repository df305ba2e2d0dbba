#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

static int explain(const char *step, const char *cause, char *problem, size_t capacity) {
    snprintf(problem, capacity, "%s: %s", step, cause ? cause : "unknown cause");
    return -1;
}

/// Reads the environment variables of the sandbox by hand: an isolated configuration ignores PYTHON* variables, and the
/// options they would set are set here.
static PyStatus configure(PyConfig *config, const char *executable) {
    PyConfig_InitIsolatedConfig(config);
    config->install_signal_handlers = 1;
    config->faulthandler = 1;
    config->write_bytecode = 0;
    config->safe_path = 1;
    config->user_site_directory = 0;
    PyStatus status = PyConfig_SetBytesString(config, &config->program_name, executable);
    if (PyStatus_Exception(status)) return status;
    return PyConfig_SetBytesString(config, &config->executable, executable);
}

static int put_first_on_path(const char *library) {
    PyObject *path = PySys_GetObject("path");
    PyObject *entry = PyUnicode_DecodeFSDefault(library);
    int status = path && entry ? PyList_Insert(path, 0, entry) : -1;
    Py_XDECREF(entry);
    return status;
}

int lathe_python_start(const char *executable, const char *library, const struct lathe_channel *channel, char *problem,
                       size_t problem_capacity) {
    if (lathe_channel_register(channel) < 0 || lathe_trees_register() < 0 || lathe_arena_register() < 0) {
        return explain("registering modules", "out of memory", problem, problem_capacity);
    }
    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    PyStatus status = Py_PreInitialize(&before);
    if (PyStatus_Exception(status)) return explain("preparing Python", status.err_msg, problem, problem_capacity);
    PyConfig config;
    status = configure(&config, executable);
    if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) return explain("starting Python", status.err_msg, problem, problem_capacity);
    if (put_first_on_path(library) < 0) {
        PyErr_Print();
        return explain("setting sys.path", library, problem, problem_capacity);
    }
    return 0;
}

static PyObject *call(const char *module_name, const char *function) {
    PyObject *module = PyImport_ImportModule(module_name);
    if (!module) return NULL;
    PyObject *result = PyObject_CallMethod(module, function, NULL);
    Py_DECREF(module);
    return result;
}

int lathe_python_warm(void) {
    // To be enabled by `warm`: looking for garbage in what is imported takes a tenth of the time.
    PyGC_Disable();
    PyObject *result = call("lathe_kernel.boot", "warm");
    if (!result) PyErr_Print();
    Py_XDECREF(result);
    return result ? 0 : -1;
}

int lathe_python_prepare_data(void) {
    PyObject *result = call("lathe_kernel.boot", "prepare_data");
    if (!result) PyErr_Print();
    Py_XDECREF(result);
    return result ? 0 : -1;
}

char *lathe_python_extend(bool *failed) {
    char *copy = NULL;
    PyObject *text = NULL;
    PyObject *packages = call("lathe_kernel.boot", "extend");
    PyObject *json = packages && packages != Py_None ? PyImport_ImportModule("json") : NULL;
    if (json) text = PyObject_CallMethod(json, "dumps", "O", packages);
    const char *bytes = text ? PyUnicode_AsUTF8(text) : NULL;
    if (bytes) copy = strdup(bytes);
    *failed = !copy && packages != Py_None;
    if (*failed) PyErr_Print();
    Py_XDECREF(text);
    Py_XDECREF(json);
    Py_XDECREF(packages);
    return copy;
}

const char *lathe_python_version(void) { return PY_VERSION; }

pid_t lathe_python_fork(void) {
    PyOS_BeforeFork();
    pid_t child = fork();
    if (child == 0) {
        PyOS_AfterFork_Child();
    } else {
        PyOS_AfterFork_Parent();
    }
    return child;
}

int lathe_python_set_environment(const char *name, const char *value) {
    int status = -1;
    PyObject *os = PyImport_ImportModule("os");
    PyObject *environment = os ? PyObject_GetAttrString(os, "environ") : NULL;
    PyObject *text = environment ? PyUnicode_DecodeFSDefault(value) : NULL;
    if (text) status = PyMapping_SetItemString(environment, name, text);
    if (status < 0) PyErr_Print();
    Py_XDECREF(text);
    Py_XDECREF(environment);
    Py_XDECREF(os);
    return status;
}

int lathe_python_forget_temporary_folder(void) {
    PyObject *module = PyImport_ImportModule("tempfile");
    int status = module ? PyObject_SetAttrString(module, "tempdir", Py_None) : -1;
    if (status < 0) PyErr_Print();
    Py_XDECREF(module);
    return status;
}

int lathe_python_serve(void) {
    int code = 0;
    PyObject *result = call("lathe_kernel.boot", "serve");
    if (!result && PyErr_ExceptionMatches(PyExc_SystemExit)) {
        // The exit code of the exception is what a script would end with; PyErr_Print would exit before the handlers ran.
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyErr_NormalizeException(&type, &value, &traceback);
        PyObject *number = value ? PyObject_GetAttrString(value, "code") : NULL;
        code = !number || number == Py_None ? 0 : PyLong_Check(number) ? (int)PyLong_AsLong(number) : 1;
        PyErr_Clear();
        Py_XDECREF(number);
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
    } else if (!result) {
        PyErr_Print();
        code = 1;
    }
    Py_XDECREF(result);
    if (Py_FinalizeEx() < 0 && code == 0) code = 120;
    return code;
}
