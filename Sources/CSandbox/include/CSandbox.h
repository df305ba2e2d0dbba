// What Swift cannot spell of Linux: control messages, pidfds, Landlock, limits and an exact way to start a program.
//
// Functions return -1 and set errno unless they say otherwise. All are async-signal-safe or documented not to be.

#ifndef LATHE_CSANDBOX_H
#define LATHE_CSANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LATHE_MAXIMUM_DESCRIPTORS 250

// MARK: Descriptors

/// A connected pair of close-on-exec stream sockets.
int lathe_socket_pair(int ends[2]);

/// accept; the connection is close-on-exec.
int lathe_accept(int listener);

/// The user and the process that connected a Unix socket, by the system's word.
int lathe_peer(int socket, uint32_t *user, int32_t *process);

/// A close-on-exec pipe: 0 reads (not blocking), 1 writes (blocking).
int lathe_output_pipe(int ends[2]);

/// Makes a pipe as large as an ordinary user may; a refusal costs only speed.
int lathe_widen_pipe(int pipe);

/// Drops what a pipe that does not block holds, but for its last `rest` bytes, without copying it. Returns how many bytes
/// were dropped.
ssize_t lathe_skip(int pipe, size_t rest);

/// A close-on-exec, not blocking event counter.
int lathe_event(void);

/// sendmsg with descriptors on the first byte; no SIGPIPE. Returns the number of bytes sent.
ssize_t lathe_send(int socket, const void *bytes, size_t length, const int *descriptors, size_t count, bool wait);

/// recvmsg; received descriptors are close-on-exec. `count` is set to how many came. EPROTO, with all of them closed,
/// when more came than fit.
ssize_t lathe_receive(int socket, void *bytes, size_t capacity, int descriptors[LATHE_MAXIMUM_DESCRIPTORS], size_t *count,
                      bool wait);

int lathe_set_nonblocking(int descriptor);

// MARK: Waiting

enum {
    LATHE_WATCH_READ = 1,
    LATHE_WATCH_WRITE = 2,
};

/// A close-on-exec set of watched descriptors (epoll, by level).
int lathe_watchlist(void);

/// Watches a descriptor for `events` under `key`; `is_known` says whether it is in the set already. With no events it
/// stays in the set, and only its end is told.
int lathe_watch(int watchlist, int descriptor, uint64_t key, unsigned events, bool is_known);

int lathe_unwatch(int watchlist, int descriptor);

/// Waits until something is ready, `milliseconds` have passed (-1: for ever) or a signal comes; puts the keys of what is
/// ready into `keys` and returns how many.
int lathe_watch_wait(int watchlist, uint64_t *keys, int capacity, int milliseconds);

/// Looks again and again whether a descriptor can be read, for at most `microseconds`, without giving up the processor
/// to anything but who is about to answer. True as soon as it can.
bool lathe_readable_within(int descriptor, unsigned microseconds);

/// Sleeps until a descriptor can be read, at most `microseconds`. False where it cannot by then, or a signal came.
bool lathe_becomes_readable(int descriptor, unsigned microseconds);

/// A close-on-exec memory file that may be sealed.
int lathe_memory_file(const char *name);

/// A close-on-exec memory file of a size that nobody can change any more.
int lathe_sized_memory_file(const char *name, uint64_t size);

/// Seals a memory file against growing, shrinking and writing.
int lathe_seal(int descriptor);

/// Whether a descriptor is a memory file that nobody can change, shorten or unseal any more.
bool lathe_is_sealed(int descriptor);

/// A close-on-exec descriptor of a folder, through which files can be opened and read and nothing of them changed, mode and times
/// included, by whoever they are handed to. Needs user namespaces, or root's right to mount. Forks; not async-signal-safe.
int lathe_read_only_view(const char *path);

/// Opens a regular file for reading through a view; `path` is relative to it, leads nowhere else and follows no link.
int lathe_open_in_view(int folder, const char *path);

/// Returns a descriptor of a regular file; any other is closed, and -1 returned. -1 stays -1, with errno as it is.
int lathe_only_regular(int descriptor);

/// Opens a path for reading without following a symbolic link at its end, refusing what is not a regular file.
int lathe_open_regular(const char *path);

/// The bytes of storage that a folder's files take, links not followed; looks at no more than `entries` names and says in
/// `whole` whether those were all.
uint64_t lathe_folder_bytes(const char *path, size_t entries, bool *whole);

/// Closes every descriptor from `first` on, or only marks them close-on-exec.
int lathe_close_from(int first, bool only_on_exec);

// MARK: Processes

int lathe_pidfd_open(pid_t process);
int lathe_pidfd_signal(int pidfd, int signal);

/// Makes this process the new parent of its descendants' orphans, and returns a close-on-exec, not blocking event counter
/// that counts when children of any kind end. The signal is taken over for it; a fork gives it back with
/// `lathe_forget_children`.
int lathe_take_over_orphans(void);
void lathe_forget_children(void);

/// A child that has ended and is not reaped yet; 0 where there is none.
pid_t lathe_ended_child(void);

/// Whether `process` is this process's own child, ended or not.
bool lathe_is_child(pid_t process);

struct lathe_exit {
    bool exited;     // false: ended by a signal
    int code;        // exit code, or the signal's number
    bool core;
};

/// Reaps the child behind a pidfd without waiting. Returns 1 when it ended, 0 while it lives.
int lathe_reap(int pidfd, struct lathe_exit *result);


/// Removes a folder and all below it, links not followed, in a child process of its own, which the caller reaps;
/// returns its number.
pid_t lathe_remove_in_background(const char *path);

struct lathe_spawn {
    const char *executable;
    const char *const *arguments;           // NULL-terminated, with the program's own name
    const int *descriptors;                 // becomes 0, 1, 2, … in the program
    size_t descriptor_count;
    bool drop_user;                         // only for root: become `user`, after staging
    uid_t user;
    const char *staging;                    // an existing empty-enough folder that a private mount covers; NULL: none
    const char *const *staged;              // NULL-terminated sources, bound at staging/0, staging/1, …
};

/// Starts a program with an empty environment, default signals, a session of its own and exactly the given descriptors.
/// Returns its process number and a pidfd; on failure -1, errno, and the name of the step in `step` (static storage).
pid_t lathe_spawn_program(const struct lathe_spawn *request, int *pidfd, const char **step);

// MARK: Confinement

enum {
    LATHE_ACCESS_READ = 1,       // read files and folders
    LATHE_ACCESS_EXECUTE = 2,
    LATHE_ACCESS_WRITE = 4,      // write, create, remove, rename
    LATHE_ACCESS_DEVICE = 8,     // write to and control an existing device
};

struct lathe_path_rule {
    const char *path;
    unsigned access;
};

/// The Landlock version of the running kernel; 0 without Landlock.
int lathe_landlock_version(void);

/// Confines this process and its future children to the rules, without TCP, abstract sockets and signals beyond itself,
/// as far as the kernel's version goes. Paths that do not exist are skipped. Needs no_new_privs.
int lathe_landlock_confine(const struct lathe_path_rule *rules, size_t count);

int lathe_no_new_privileges(void);

/// Has Linux end this process with the one that forked it.
int lathe_end_with_parent(void);

/// Lets this process and its future children make only the system calls of sandbox/system-calls.def, for good; `programs`
/// says whether they may start programs. Needs no_new_privs.
int lathe_filter_system_calls(bool programs);

/// Whether the filter works here, found out by a short-lived process that confines itself.
bool lathe_system_calls_are_filtered(void);

/// Whether what a process of `user` holds open can be seen from here, found out by a short-lived process. Only root may be
/// refused: kernels of an ordinary user are processes of that user.
bool lathe_can_look_into_kernels(uid_t user);

/// Empties the bounding, ambient, inheritable, permitted and effective sets.
int lathe_drop_capabilities(void);

struct lathe_limits {
    uint64_t data_bytes;         // beyond what the process has already
    uint64_t file_bytes;
    uint64_t open_files;
    uint64_t processes;
    uint64_t cpu_seconds;
};

/// Sets the limits, hard ones but for `data_bytes`: the kernel hardens that one itself once it has its slices, whose maps
/// Linux counts as well, and before any code of others runs in it.
int lathe_set_limits(const struct lathe_limits *limits);

#endif
