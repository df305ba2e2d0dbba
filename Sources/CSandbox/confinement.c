#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSandbox.h"

// The kernel's Landlock interface up to version 6, spelled here because distributions ship older headers than kernels.
#define RULESET_VERSION 1U
#define RULE_PATH_BENEATH 1
#define FS_EXECUTE (1ULL << 0)
#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_REMOVE_DIR (1ULL << 4)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_DIR (1ULL << 7)
#define FS_MAKE_REG (1ULL << 8)
#define FS_MAKE_SOCK (1ULL << 9)
#define FS_MAKE_FIFO (1ULL << 10)
#define FS_MAKE_SYM (1ULL << 12)
#define FS_REFER (1ULL << 13)
#define FS_TRUNCATE (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)
#define FS_VERSION_1 ((1ULL << 13) - 1)
#define NET_TCP (3ULL)
#define SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS (3ULL)

struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scoped;
};

struct path_beneath {
    uint64_t access;
    int32_t parent;
} __attribute__((packed));

int lathe_landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, RULESET_VERSION);
    return version < 0 ? 0 : (int)version;
}

static uint64_t handled_files(int version) {
    uint64_t handled = FS_VERSION_1;
    if (version >= 2) handled |= FS_REFER;
    if (version >= 3) handled |= FS_TRUNCATE;
    if (version >= 5) handled |= FS_IOCTL_DEV;
    return handled;
}

static uint64_t granted(unsigned access) {
    uint64_t granted = 0;
    if (access & LATHE_ACCESS_READ) granted |= FS_READ_FILE | FS_READ_DIR;
    if (access & LATHE_ACCESS_EXECUTE) granted |= FS_EXECUTE;
    if (access & LATHE_ACCESS_WRITE) {
        granted |= FS_WRITE_FILE | FS_TRUNCATE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG;
        granted |= FS_MAKE_SOCK | FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER;
    }
    if (access & LATHE_ACCESS_DEVICE) granted |= FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL_DEV;
    return granted;
}

static int add_rule(int ruleset, const struct lathe_path_rule *rule, uint64_t handled) {
    int parent = open(rule->path, O_PATH | O_CLOEXEC);
    if (parent < 0) return errno == ENOENT ? 0 : -1;
    struct stat status;
    uint64_t access = granted(rule->access) & handled;
    if (fstat(parent, &status) == 0 && !S_ISDIR(status.st_mode)) {
        access &= FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV;
    }
    struct path_beneath beneath = {.access = access, .parent = parent};
    long added = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &beneath, 0);
    int saved = errno;
    close(parent);
    errno = saved;
    return added < 0 ? -1 : 0;
}

int lathe_landlock_confine(const struct lathe_path_rule *rules, size_t count) {
    int version = lathe_landlock_version();
    struct ruleset attributes = {.files = handled_files(version)};
    size_t size = sizeof attributes.files;
    if (version >= 4) {
        attributes.network = NET_TCP;
        size = offsetof(struct ruleset, scoped);
    }
    if (version >= 6) {
        attributes.scoped = SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS;
        size = sizeof attributes;
    }
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
    if (ruleset < 0) return -1;
    int status = 0;
    for (size_t index = 0; status == 0 && index < count; index++) {
        status = add_rule(ruleset, &rules[index], attributes.files);
    }
    if (status == 0) status = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
    int saved = errno;
    close(ruleset);
    errno = saved;
    return status;
}

int lathe_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int lathe_end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0); }

int lathe_drop_capabilities(void) {
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int capability = 0; capability <= 63; capability++) {
        // EPERM: the bounding set is not ours to change, which without any permitted capability costs nothing.
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno == EINVAL) break;
    }
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    return (int)syscall(SYS_capset, &header, none);
}

static int limit(int resource, uint64_t value) {
    struct rlimit now;
    if (getrlimit(resource, &now) < 0) return -1;
    if (now.rlim_max != RLIM_INFINITY && value > now.rlim_max) value = now.rlim_max;
    struct rlimit wanted = {.rlim_cur = value, .rlim_max = value};
    return setrlimit(resource, &wanted);
}

static int soft_limit(int resource, uint64_t value) {
    struct rlimit now;
    if (getrlimit(resource, &now) < 0) return -1;
    now.rlim_cur = now.rlim_max != RLIM_INFINITY && value > now.rlim_max ? now.rlim_max : value;
    return setrlimit(resource, &now);
}

/// The bytes of private writable memory that the process has now, which RLIMIT_DATA counts.
static uint64_t data_bytes(void) {
    char text[8192];
    int status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    if (status < 0) return 0;
    ssize_t length = read(status, text, sizeof text - 1);
    close(status);
    if (length <= 0) return 0;
    text[length] = 0;
    const char *line = strstr(text, "\nVmData:");
    return line ? strtoull(line + 8, NULL, 10) * 1024 : 0;
}

int lathe_set_limits(const struct lathe_limits *limits) {
    if (limit(RLIMIT_CORE, 0) < 0) return -1;
    if (soft_limit(RLIMIT_DATA, data_bytes() + limits->data_bytes) < 0) return -1;
    if (limit(RLIMIT_FSIZE, limits->file_bytes) < 0) return -1;
    // The soft limit's signal tells the cause; the hard one, a moment later, cannot be caught.
    if (limit(RLIMIT_CPU, limits->cpu_seconds + 2) < 0 || soft_limit(RLIMIT_CPU, limits->cpu_seconds) < 0) return -1;
    if (limit(RLIMIT_NOFILE, limits->open_files) < 0) return -1;
    return limit(RLIMIT_NPROC, limits->processes);
}
