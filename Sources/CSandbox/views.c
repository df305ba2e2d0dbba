#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CSandbox.h"

/// A copy of the mount that `path` is in, which nothing is written through; for who may make mounts.
static int view(const char *path) {
    int folder = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (folder < 0) return -1;
    struct mount_attr attributes = {
        .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
    };
    return mount_setattr(folder, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) < 0 ? -1 : folder;
}

int lathe_read_only_view(const char *path) {
    int ends[2];
    if (lathe_socket_pair(ends) < 0) return -1;
    // A handler of ours must not run in the child.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = fork();
    if (child == 0) {
        // Where there are no user namespaces, root may still make mounts.
        bool may = unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 || unshare(CLONE_NEWNS) == 0;
        int folder = may ? view(path) : -1;
        if (folder >= 0) (void)lathe_send(ends[1], "v", 1, &folder, 1, true);
        _exit(0);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    int descriptors[LATHE_MAXIMUM_DESCRIPTORS];
    size_t count = 0;
    char byte;
    ssize_t length = child > 0 ? lathe_receive(ends[0], &byte, 1, descriptors, &count, true) : -1;
    close(ends[0]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    if (length == 1 && count == 1) return descriptors[0];
    errno = EPERM;
    return -1;
}

int lathe_open_in_view(int folder, const char *path) {
    struct {
        uint64_t flags, mode, resolve;
    } how = {.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, .resolve = 0x08 | 0x04 | 0x02};
    return lathe_only_regular((int)syscall(SYS_openat2, folder, path, &how, sizeof how));
}
