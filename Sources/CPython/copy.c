#define PY_SSIZE_T_CLEAN
#define _GNU_SOURCE
#include <Python.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

enum { STANDARD_OUTPUT = 1, STANDARD_ERROR = 2, CHANNEL = 3 };

/// Puts the copy's own channel and pipes in place of its origin's.
static int take_places(int channel, int output, int error) {
    if (dup3(channel, CHANNEL, O_CLOEXEC) < 0) return -1;
    if (dup2(output, STANDARD_OUTPUT) < 0 || dup2(error, STANDARD_ERROR) < 0) return -1;
    close(channel);
    close(output);
    close(error);
    return 0;
}

/// Forks so that the copy is nobody's child here: a process between, which shares this one's memory and ends at once, is
/// its parent, and the template takes it over. The memory's tables are copied only once.
///
/// Returns the copy's process number, and 0 in the copy.
static pid_t fork_apart(int *error) {
    volatile pid_t copy = -1;
    volatile int cause = 0;
    pid_t between = vfork();
    if (between == 0) {
        copy = fork();
        if (copy == 0) return 0;
        if (copy < 0) cause = errno;
        _exit(0);
    }
    *error = between < 0 ? errno : cause;
    while (between > 0 && waitpid(between, NULL, 0) < 0 && errno == EINTR) continue;
    return copy;
}

/// Takes away the signal of the process between: the user's code did not start it.
static void forget_its_end(void) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    struct timespec now = {0};
    (void)sigtimedwait(&child, NULL, &now);
}

PyObject *lathe_channel_copy(PyObject *module, PyObject *arguments) {
    (void)module;
    int channel, output, error;
    if (!PyArg_ParseTuple(arguments, "iii:copy", &channel, &output, &error)) return NULL;
    sigset_t all, before;
    sigfillset(&all);
    PyOS_BeforeFork();
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // What the origin's later cells do must not reach into the copy's memory, from its first moment on: so it inherits
    // that nobody may look.
    int cause = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? errno : 0;
    pid_t copy = cause ? -1 : fork_apart(&cause);
    if (copy != 0) (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    if (copy == 0) {
        if (take_places(channel, output, error) < 0) _exit(73);
        lathe_channel_reopen();
        PyOS_AfterFork_Child();
    } else {
        forget_its_end();
        PyOS_AfterFork_Parent();
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (copy < 0) {
        errno = cause;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (copy > 0) {
        close(channel);
        close(output);
        close(error);
    }
    return PyLong_FromLong((long)copy);
}

PyObject *lathe_channel_thaw(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0) return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}
