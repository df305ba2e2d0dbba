#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CSandbox.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int lathe_pidfd_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int lathe_pidfd_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int lathe_reap(int pidfd, struct lathe_exit *result) {
    siginfo_t info = {0};
    if (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0) return -1;
    if (info.si_pid == 0) return 0;
    result->exited = info.si_code == CLD_EXITED;
    result->code = info.si_status;
    result->core = info.si_code == CLD_DUMPED;
    return 1;
}

static int child_events = -1;

static void count_child(int signal) {
    (void)signal;
    int saved = errno;
    uint64_t one = 1;
    (void)!write(child_events, &one, sizeof one);
    errno = saved;
}

int lathe_take_over_orphans(void) {
    child_events = lathe_event();
    struct sigaction action = {.sa_handler = count_child};
    sigemptyset(&action.sa_mask);
    if (child_events < 0 || sigaction(SIGCHLD, &action, NULL) < 0) return -1;
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -1 : child_events;
}

void lathe_forget_children(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    (void)sigaction(SIGCHLD, &standard, NULL);
}

pid_t lathe_ended_child(void) {
    siginfo_t info = {0};
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ? 0 : info.si_pid;
}

bool lathe_is_child(pid_t process) {
    siginfo_t info = {0};
    return process > 0 && waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

enum step {
    STEP_PIPE, STEP_FORK, STEP_PIDFD, STEP_NAMESPACE, STEP_OPEN, STEP_STAGE, STEP_USER, STEP_DESCRIPTORS, STEP_EXECUTE
};

static const char *const step_names[] = {
    "making a pipe", "forking", "opening a pidfd", "making a mount namespace", "opening a file to be mounted",
    "mounting a file for the unprivileged user", "changing to the unprivileged user", "passing descriptors",
    "starting the program",
};

struct failure {
    int step;
    int error;
};

static int stage_one(const char *source, const char *staging, size_t index) {
    char path[256], target[256];
    struct stat status;
    int file = open(source, O_PATH | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) < 0) return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    snprintf(target, sizeof target, "%s/%zu", staging, index);
    if (S_ISDIR(status.st_mode)) {
        if (mkdir(target, 0755) < 0) return -1;
    } else {
        int empty = open(target, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
        if (empty < 0) return -1;
        close(empty);
    }
    int result = mount(path, target, NULL, MS_BIND | MS_REC, NULL);
    close(file);
    return result;
}

/// Makes every source reachable for a user who may not walk to it, in a mount namespace of this process alone.
static int stage(const struct lathe_spawn *request) {
    if (unshare(CLONE_NEWNS) < 0) return STEP_NAMESPACE;
    if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0) return STEP_NAMESPACE;
    if (mount("tmpfs", request->staging, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m") < 0) return STEP_STAGE;
    for (size_t index = 0; request->staged[index]; index++) {
        if (stage_one(request->staged[index], request->staging, index) < 0) {
            return errno == ENOENT || errno == EACCES ? STEP_OPEN : STEP_STAGE;
        }
    }
    return -1;
}

static int drop_user(uid_t user) {
    if (setgroups(0, NULL) < 0 || setresgid(user, user, user) < 0) return -1;
    return setresuid(user, user, user);
}

/// Puts `descriptors[i]` at i. All are first moved above the targets, so that none is overwritten before it is used.
static int place(const struct lathe_spawn *request, int report) {
    int moved[64];
    int count = (int)request->descriptor_count;
    if (count > 64) return -1;
    for (int index = 0; index < count; index++) {
        moved[index] = fcntl(request->descriptors[index], F_DUPFD_CLOEXEC, 128);
        if (moved[index] < 0) return -1;
    }
    int kept = fcntl(report, F_DUPFD_CLOEXEC, 128);
    if (kept < 0) return -1;
    for (int index = 0; index < count; index++) {
        if (dup2(moved[index], index) < 0) return -1;
    }
    if (lathe_close_from(count, true) < 0) return -1;
    return kept;
}

static void restore_signals(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) (void)sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void fail(int report, int step) {
    struct failure failure = {.step = step, .error = errno};
    (void)!write(report, &failure, sizeof failure);
    _exit(127);
}

static void become(const struct lathe_spawn *request, int report) {
    restore_signals();
    (void)setsid();
    if (request->drop_user) {
        int step = request->staging ? stage(request) : -1;
        if (step >= 0) fail(report, step);
        if (drop_user(request->user) < 0) fail(report, STEP_USER);
    }
    int kept = place(request, report);
    if (kept < 0) fail(report, STEP_DESCRIPTORS);
    (void)chdir("/");
    char *const environment[] = {NULL};
    execve(request->executable, (char *const *)request->arguments, environment);
    fail(kept, STEP_EXECUTE);
}

static void remove_all(const char *path) {
    char *const roots[] = {(char *)path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (!walk) return;
    for (FTSENT *entry = fts_read(walk); entry; entry = fts_read(walk)) {
        switch (entry->fts_info) {
        case FTS_D:
            // Its owner may have taken away its own rights to it.
            (void)chmod(entry->fts_accpath, 0700);
            break;
        case FTS_DP:
        case FTS_DNR:
            (void)rmdir(entry->fts_accpath);
            break;
        default:
            (void)unlink(entry->fts_accpath);
        }
    }
    fts_close(walk);
}

pid_t lathe_remove_in_background(const char *path) {
    pid_t child = fork();
    if (child == 0) {
        remove_all(path);
        _exit(0);
    }
    return child;
}

bool lathe_can_look_into_kernels(uid_t user) {
    if (geteuid() != 0) return true;
    int gate[2];
    if (pipe2(gate, O_CLOEXEC) < 0) return false;
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(gate[1]);
        if (drop_user(user) == 0) (void)!read(gate[0], &byte, 1);
        _exit(0);
    }
    close(gate[0]);
    // It may still be root for a moment, which would tell nothing.
    char path[64], line[16];
    bool can = false;
    struct stat status = {0};
    for (int wait = 0; child > 0 && wait < 1000; wait++) {
        snprintf(path, sizeof path, "/proc/%d/task", child);
        if (stat(path, &status) == 0 && status.st_uid == user) break;
        snprintf(path, sizeof path, "/proc/%d/loginuid", child);
        usleep(1000);
    }
    snprintf(path, sizeof path, "/proc/%d/fd/0", child);
    can = child > 0 && readlink(path, line, sizeof line) >= 0;
    close(gate[1]);
    if (child > 0) (void)waitpid(child, NULL, 0);
    return can;
}

pid_t lathe_spawn_program(const struct lathe_spawn *request, int *pidfd, const char **step) {
    int report[2];
    *step = step_names[STEP_PIPE];
    if (pipe2(report, O_CLOEXEC) < 0) return -1;
    *step = step_names[STEP_FORK];
    // All signals stay blocked until the child has default handlers: a handler of ours must not run in it.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) become(request, report[1]);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    struct failure failure = {0};
    ssize_t length = 0;
    if (child > 0) do length = read(report[0], &failure, sizeof failure); while (length < 0 && errno == EINTR);
    int saved = errno;
    close(report[0]);
    errno = saved;
    if (child < 0) return -1;
    if (length > 0) {
        (void)waitpid(child, NULL, 0);
        *step = step_names[failure.step];
        errno = failure.error;
        return -1;
    }
    *step = step_names[STEP_PIDFD];
    *pidfd = lathe_pidfd_open(child);
    return *pidfd < 0 ? -1 : child;
}
