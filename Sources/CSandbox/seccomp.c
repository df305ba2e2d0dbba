#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CSandbox.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000U
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "sandbox/system-calls.def has not been thought through for this architecture"
#endif

// O_TMPFILE without the O_DIRECTORY that it includes.
#define O_TMPFILE_BIT 020000000
// Both as of Linux 5.17; older headers lack the name.
#define PR_SET_VMA_OPTION 0x53564d41
// The type of a socket without its flags.
#define SOCKET_TYPE 0xf

#define CALL offsetof(struct seccomp_data, nr)
#define LOW(argument) (offsetof(struct seccomp_data, args) + (argument) * 8)
#define HIGH(argument) (LOW(argument) + 4)

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(offset))
#define AND(mask) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (unsigned)(mask))
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), yes, no)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (unsigned)(action))
#define FAIL(error) RETURN(SECCOMP_RET_ERRNO | (error))
#define PASS RETURN(SECCOMP_RET_ALLOW)
#define KILL RETURN(SECCOMP_RET_KILL_PROCESS)

// A rule is entered with the call's number loaded, and left with it where the call is another.
#define RULE(call, length) IF_EQUAL(__NR_##call, 0, length)

#define ALLOW(call) RULE(call, 1), PASS,
#define REFUSE(call, error) RULE(call, 1), FAIL(error),
#define MASKED(call, argument, mask, value)                                                                            \
    RULE(call, 5), LOAD(LOW(argument)), AND(mask), IF_EQUAL(value, 0, 1), PASS, FAIL(EPERM),
#define BOTH(call, a, mask, value, b, other, wanted)                                                                   \
    RULE(call, 8), LOAD(LOW(a)), AND(mask), IF_EQUAL(value, 0, 4), LOAD(LOW(b)), AND(other), IF_EQUAL(wanted, 0, 1),   \
        PASS, FAIL(EPERM),
#define NULL_ONLY(call, argument)                                                                                      \
    RULE(call, 6), LOAD(LOW(argument)), IF_EQUAL(0, 0, 3), LOAD(HIGH(argument)), IF_EQUAL(0, 0, 1), PASS, FAIL(EPERM),
#define NOT_BOTH(call, a, mask, b, other)                                                                              \
    RULE(call, 8), LOAD(LOW(a)), AND(mask), IF_EQUAL(0, 3, 0), LOAD(LOW(b)), AND(other), IF_EQUAL(0, 0, 1), PASS,      \
        FAIL(EPERM),

// ONE_OF takes up to sixteen values; what is not given repeats the first.
#define ONE_OF(call, argument, error, ...) ONE_OF_16(call, argument, error, __VA_ARGS__, REPEAT(__VA_ARGS__))
#define FIRST(first, ...) first
#define REPEAT(...) FOUR(FIRST(__VA_ARGS__, 0)), FOUR(FIRST(__VA_ARGS__, 0)), FOUR(FIRST(__VA_ARGS__, 0)), FOUR(FIRST(__VA_ARGS__, 0))
#define FOUR(value) value, value, value, value
#define ONE_OF_16(...) ONE_OF_16_EXPANDED(__VA_ARGS__)
#define ONE_OF_16_EXPANDED(call, argument, error, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ...)                 \
    RULE(call, 19), LOAD(LOW(argument)), IF_EQUAL(a, 16, 0), IF_EQUAL(b, 15, 0), IF_EQUAL(c, 14, 0),                   \
        IF_EQUAL(d, 13, 0), IF_EQUAL(e, 12, 0), IF_EQUAL(f, 11, 0), IF_EQUAL(g, 10, 0), IF_EQUAL(h, 9, 0),             \
        IF_EQUAL(i, 8, 0), IF_EQUAL(j, 7, 0), IF_EQUAL(k, 6, 0), IF_EQUAL(l, 5, 0), IF_EQUAL(m, 4, 0),                 \
        IF_EQUAL(n, 3, 0), IF_EQUAL(o, 2, 0), IF_EQUAL(p, 1, 0), FAIL(error), PASS,

#define BEGINNING LOAD(offsetof(struct seccomp_data, arch)), IF_EQUAL(ARCHITECTURE, 1, 0), KILL, LOAD(CALL),
#ifdef X32_BIT
#define NO_X32 BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1), KILL,
#else
#define NO_X32
#endif

#define PROGRAMS(call) ALLOW(call)
static const struct sock_filter with_programs[] = {
    BEGINNING NO_X32
#include "../../sandbox/system-calls.def"
    FAIL(ENOSYS),
};
#undef PROGRAMS

#define PROGRAMS(call) REFUSE(call, EPERM)
static const struct sock_filter without_programs[] = {
    BEGINNING NO_X32
#include "../../sandbox/system-calls.def"
    FAIL(ENOSYS),
};

#define LENGTH(filter) (unsigned short)(sizeof(filter) / sizeof(filter)[0])

int lathe_filter_system_calls(bool programs) {
    struct sock_fprog program = {
        .len = programs ? LENGTH(with_programs) : LENGTH(without_programs),
        .filter = (struct sock_filter *)(programs ? with_programs : without_programs),
    };
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/// 0 where the filter holds: what it allows works, what it refuses does not.
static int trial(void) {
    if (lathe_no_new_privileges() < 0 || lathe_filter_system_calls(false) < 0) return 1;
    if (getpid() <= 0) return 2;
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM) return 3;
    return syscall(SYS_ptrace, 0, 0, 0, 0) < 0 && errno == ENOSYS ? 0 : 4;
}

bool lathe_system_calls_are_filtered(void) {
    pid_t child = fork();
    if (child == 0) _exit(trial());
    int status = 0;
    pid_t ended;
    do ended = child > 0 ? waitpid(child, &status, 0) : -1; while (ended < 0 && errno == EINTR);
    return ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
