// An embedded CPython interpreter for one single-threaded process. Swift sees no Python object.
//
// Every function is for the main thread, which holds the GIL whenever it is in Swift. The GIL is released only around the
// two channel callbacks.

#ifndef LATHE_CPYTHON_H
#define LATHE_CPYTHON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LATHE_CHANNEL_DESCRIPTORS 250

/// What a receive callback hands over. `payload` is malloc'ed; the shim frees it.
struct lathe_channel_frame {
    uint8_t kind;
    uint64_t call;
    uint8_t *payload;
    size_t length;
    int descriptors[LATHE_CHANNEL_DESCRIPTORS];
    size_t descriptor_count;
};

enum {
    LATHE_CHANNEL_OK = 0,
    LATHE_CHANNEL_END = 1,
    LATHE_CHANNEL_INTERRUPTED = 2,
    LATHE_CHANNEL_INVALID = 3,
};

/// The two ends of a kernel's channel. Called without the GIL; they return a LATHE_CHANNEL value, or a negative errno.
struct lathe_channel {
    int (*receive)(struct lathe_channel_frame *frame);
    int (*send)(uint8_t kind, uint64_t call, const uint8_t *payload, size_t length, const int *descriptors,
                size_t descriptor_count);
    /// Drops what was received and not taken, and goes on with the descriptor that is at the channel's place now.
    void (*reopen)(void);
    /// Whether something is there to be received; called with the GIL, returns at once.
    bool (*waits)(void);
};

/// Starts an isolated interpreter whose builtin module `_lathe_channel` speaks through `channel`.
/// `executable` is the absolute path of the environment's python; `library` is put first on sys.path.
/// Returns 0, or -1 with a sentence in `problem`.
int lathe_python_start(const char *executable, const char *library, const struct lathe_channel *channel, char *problem,
                       size_t problem_capacity);

/// Calls `lathe_kernel.boot.warm()`. Returns 0, or -1 after printing the traceback.
int lathe_python_warm(void);

/// Calls `lathe_kernel.boot.prepare_data()`. Returns 0, or -1 after printing the traceback.
int lathe_python_prepare_data(void);

/// Calls `lathe_kernel.boot.extend()`. Returns its dictionary (`packages`: name to version) as JSON (malloc'ed) once nothing
/// is left to import, else NULL; `failed` is set, with the traceback printed, where it raised.
char *lathe_python_extend(bool *failed);

/// The interpreter's version, such as "3.11.2", in static storage.
const char *lathe_python_version(void);

/// fork(2) with the interpreter's own preparations before and after.
pid_t lathe_python_fork(void);

/// Sets a variable in os.environ. Returns 0, or -1 after printing the traceback.
int lathe_python_set_environment(const char *name, const char *value);

/// Makes `tempfile` look at TMPDIR again: it remembers the template's folder. Returns 0, or -1 after printing the traceback.
int lathe_python_forget_temporary_folder(void);

/// Calls `lathe_kernel.boot.serve()`, then runs the exit handlers. Returns the exit code that the process should end with.
int lathe_python_serve(void);

#endif
