#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "CSandbox.h"

int lathe_socket_pair(int ends[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends); }

int lathe_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

int lathe_peer(int socket, uint32_t *user, int32_t *process) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return -1;
    *user = peer.uid;
    *process = peer.pid;
    return 0;
}

int lathe_output_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    // A larger pipe means fewer wake-ups; a refusal (the user's pipe quota is used up) costs only speed.
    (void)fcntl(ends[0], F_SETPIPE_SZ, 1 << 18);
    return lathe_set_nonblocking(ends[0]);
}

int lathe_widen_pipe(int pipe) { return fcntl(pipe, F_SETPIPE_SZ, 1 << 20); }

ssize_t lathe_skip(int pipe, size_t rest) {
    static _Atomic int sink = -1;
    int null = sink;
    if (null < 0) {
        // Two threads may both open it; the second one's stays open as well, once.
        null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (null < 0) return 0;
        sink = null;
    }
    int there = 0;
    if (ioctl(pipe, FIONREAD, &there) < 0 || there < 0 || (size_t)there <= rest) return 0;
    ssize_t dropped = splice(pipe, NULL, null, NULL, (size_t)there - rest, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    return dropped < 0 ? 0 : dropped;
}

int lathe_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

int lathe_watchlist(void) { return epoll_create1(EPOLL_CLOEXEC); }

int lathe_watch(int watchlist, int descriptor, uint64_t key, unsigned events, bool is_known) {
    struct epoll_event event = {.data.u64 = key};
    if (events & LATHE_WATCH_READ) event.events |= EPOLLIN;
    if (events & LATHE_WATCH_WRITE) event.events |= EPOLLOUT;
    return epoll_ctl(watchlist, is_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event);
}

int lathe_unwatch(int watchlist, int descriptor) { return epoll_ctl(watchlist, EPOLL_CTL_DEL, descriptor, NULL); }

int lathe_watch_wait(int watchlist, uint64_t *keys, int capacity, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(watchlist, events, capacity < 64 ? capacity : 64, milliseconds);
    for (int index = 0; index < count; index++) keys[index] = events[index].data.u64;
    return count < 0 ? 0 : count;
}

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/// Leaves the core to whoever shares it for a moment.
static void relax(void) {
    for (int times = 0; times < 20; times++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield");
#endif
    }
    sched_yield();
}

bool lathe_readable_within(int descriptor, unsigned microseconds) {
    struct pollfd watched = {.fd = descriptor, .events = POLLIN};
    uint64_t end = nanoseconds() + (uint64_t)microseconds * 1000U;
    do {
        if (poll(&watched, 1, 0) > 0) return true;
        relax();
    } while (nanoseconds() < end);
    return false;
}

bool lathe_becomes_readable(int descriptor, unsigned microseconds) {
    struct pollfd watched = {.fd = descriptor, .events = POLLIN};
    struct timespec most = {.tv_nsec = (long)microseconds * 1000};
    return ppoll(&watched, 1, &most, NULL) > 0;
}

int lathe_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

ssize_t lathe_send(int socket, const void *bytes, size_t length, const int *descriptors, size_t count, bool wait) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * LATHE_MAXIMUM_DESCRIPTORS)];
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > LATHE_MAXIMUM_DESCRIPTORS) {
        errno = EINVAL;
        return -1;
    }
    if (count > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        memset(control, 0, message.msg_controllen);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
}

ssize_t lathe_receive(int socket, void *bytes, size_t capacity, int descriptors[LATHE_MAXIMUM_DESCRIPTORS], size_t *count,
                      bool wait) {
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * LATHE_MAXIMUM_DESCRIPTORS)];
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    *count = 0;
    ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
    if (received < 0) return -1;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t here = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < here; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + index * sizeof(int), sizeof(int));
            if (*count < LATHE_MAXIMUM_DESCRIPTORS) {
                descriptors[(*count)++] = descriptor;
            } else {
                close(descriptor);
                message.msg_flags |= MSG_CTRUNC;
            }
        }
    }
    if (message.msg_flags & MSG_CTRUNC) {
        while (*count > 0) close(descriptors[--*count]);
        errno = EPROTO;
        return -1;
    }
    return received;
}

int lathe_memory_file(const char *name) { return (int)memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int lathe_sized_memory_file(const char *name, uint64_t size) {
    int descriptor = lathe_memory_file(name);
    if (descriptor < 0) return -1;
    if (ftruncate(descriptor, (off_t)size) == 0 && fcntl(descriptor, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == 0) {
        return descriptor;
    }
    int saved = errno;
    close(descriptor);
    errno = saved;
    return -1;
}

int lathe_seal(int descriptor) {
    return fcntl(descriptor, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE | F_SEAL_SEAL);
}

bool lathe_is_sealed(int descriptor) {
    int needed = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE;
    int seals = fcntl(descriptor, F_GET_SEALS);
    return seals >= 0 && (seals & needed) == needed;
}

int lathe_open_regular(const char *path) {
    return lathe_only_regular(open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

int lathe_only_regular(int descriptor) {
    struct stat status;
    if (descriptor < 0) return -1;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) return descriptor;
    close(descriptor);
    errno = EINVAL;
    return -1;
}

int lathe_close_from(int first, bool only_on_exec) {
    if (syscall(SYS_close_range, first, ~0U, only_on_exec ? 4U : 0U) == 0) return 0;
    if (errno != ENOSYS && errno != EINVAL && errno != EPERM) return -1;
    for (int descriptor = first; descriptor < 65536; descriptor++) {
        if (only_on_exec) {
            int flags = fcntl(descriptor, F_GETFD);
            if (flags >= 0) (void)fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
        } else {
            close(descriptor);
        }
    }
    return 0;
}

uint64_t lathe_folder_bytes(const char *path, size_t entries, bool *whole) {
    *whole = true;
    char *const roots[] = {(char *)path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (!walk) return 0;
    uint64_t bytes = 0;
    for (FTSENT *entry = fts_read(walk); entry; entry = fts_read(walk)) {
        if (entries-- == 0) {
            *whole = false;
            break;
        }
        if (entry->fts_info == FTS_F) bytes += (uint64_t)entry->fts_statp->st_blocks * 512;
    }
    fts_close(walk);
    return bytes;
}
