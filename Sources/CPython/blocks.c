// The memory of large arrays: see arena.c.

#define _GNU_SOURCE
#include "blocks.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

enum { ATTEMPTS = 3, SHARE_OF_FREE = 2, SHARE_OF_DESCRIPTORS = 8 };
static const size_t HUGE = 2 << 20;
static const int SEALS = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;

struct block {
    char *address;
    /// In whole large pages; what was asked for is `size`.
    size_t length, size;
    int file;
    dev_t device;
    ino_t inode;
    /// Stands for a shared block in the limit of memory; else NULL.
    void *shadow;
    bool is_shared;
};

static struct {
    pthread_mutex_t lock;
    struct block blocks[LATHE_MOST_BLOCKS];
    int count;
    /// False once Linux has no large pages for memory files.
    bool is_there;
} arena = {.lock = PTHREAD_MUTEX_INITIALIZER};

// MARK: Blocks

/// Whether the descriptor still is the block's file: code may have closed it.
static bool is_open(const struct block *block) {
    struct stat status;
    return fstat(block->file, &status) == 0 && status.st_dev == block->device && status.st_ino == block->inode;
}

static struct block *block_at(const void *address) {
    for (int index = 0; index < arena.count; index++) {
        if (arena.blocks[index].address == address) return &arena.blocks[index];
    }
    return NULL;
}

/// Large pages all through the file, holding zeros.
static bool has_large_pages(int file, void *address, size_t length) {
    for (size_t start = 0; start < length; start += HUGE) {
        if (pwrite(file, "", 1, (off_t)start) != 1) return false; // A hole is not collapsed; a page is.
    }
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (madvise(address, length, MADV_COLLAPSE) == 0) return true;
        if (errno == EINVAL) arena.is_there = false;
        if (errno == EINVAL || errno == ENOMEM) break;
    }
    return false;
}

/// A number that Linux tells in a file of /proc; 0 where nobody can tell.
static size_t told(const char *path, const char *label) {
    char text[2048] = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    const char *line = count > 0 ? strstr(text, label) : NULL;
    return line ? strtoull(line + strlen(label), NULL, 10) : 0;
}

/// Bytes that the machine has left.
static size_t available(void) { return told("/proc/meminfo", "MemAvailable:") << 10; }

static bool has_room(size_t length) {
    struct rlimit files, size;
    if (!arena.is_there || arena.count == LATHE_MOST_BLOCKS || length > available() / SHARE_OF_FREE) return false;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || (rlim_t)arena.count >= files.rlim_cur / SHARE_OF_DESCRIPTORS) return false;
    return getrlimit(RLIMIT_FSIZE, &size) == 0 && (size.rlim_cur == RLIM_INFINITY || length <= size.rlim_cur);
}

/// A shared map where large pages can be mapped as such; NULL where it is refused.
static char *mapped(int file, size_t length) {
    char *reserved = mmap(NULL, length + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) return NULL;
    char *address = (char *)(((uintptr_t)reserved + HUGE - 1) & ~(uintptr_t)(HUGE - 1));
    size_t before = (size_t)(address - reserved);
    if (before) munmap(reserved, before);
    munmap(address + length, HUGE - before);
    if (mmap(address, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == address) return address;
    munmap(address, length);
    return NULL;
}

static bool fill(struct block *block) {
    struct stat status;
    if (ftruncate(block->file, (off_t)block->length) < 0 || fstat(block->file, &status) < 0) return false;
    block->device = status.st_dev;
    block->inode = status.st_ino;
    block->address = mapped(block->file, block->length);
    if (!block->address) return false;
    bool is_kept_back = madvise(block->address, block->length, MADV_DONTFORK) == 0;
    if (is_kept_back && has_large_pages(block->file, block->address, block->length)) return true;
    munmap(block->address, block->length);
    return false;
}

/// What stands for a shared block in the limit of memory; NULL where the limit or Linux refuses it.
static void *shadow_of(size_t length) {
    void *made = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return made == MAP_FAILED ? NULL : made;
}

/// Memory that is to be in a file; NULL where numpy's own allocator has to do.
static void *make(size_t size) {
    struct block block = {.length = (size + HUGE - 1) & ~(HUGE - 1), .size = size, .is_shared = true};
    if (!has_room(block.length)) return NULL;
    block.shadow = shadow_of(block.length);
    if (!block.shadow) return NULL;
    block.file = memfd_create("lathe-array", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (block.file >= 0 && fill(&block)) {
        arena.blocks[arena.count++] = block;
        return block.address;
    }
    if (block.file >= 0) close(block.file);
    munmap(block.shadow, block.length);
    return NULL;
}

/// Moves a map to a place that is one already, at once: there is no moment at which nothing, or something else, is there.
static bool is_moved(void *from, void *to, size_t length) {
    if (mremap(from, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to) return true;
    munmap(from, length);
    return false;
}

/// Bytes from there on move into memory that no file is behind. What a thread wrote meanwhile would be lost.
static bool leaves_file(char *address, size_t length, size_t used) {
    char *copy = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) return false;
    memcpy(copy, address, used);
    return is_moved(copy, address, length);
}

/// A private map of the file takes the shared one's place; the block is as it was where that is refused.
static bool is_replaced(const struct block *block) {
    void *map = mmap(NULL, block->length, PROT_READ | PROT_WRITE, MAP_PRIVATE, block->file, 0);
    return map != MAP_FAILED && is_moved(map, block->address, block->length);
}

/// From here on nobody else sees what is written to the block, and the file stays as it is. False where memory ran out, or code
/// closed the file while threads may write to the block: then it stays as it was, and no fork has it.
static bool freeze(struct block *block) {
    if (!block->is_shared) return true;
    bool has_file = is_open(block);
    if (!has_file && told("/proc/self/status", "\nThreads:") != 1) return false;
    if (block->shadow) munmap(block->shadow, block->length); // The map that comes is counted in its place.
    bool is_frozen = has_file ? is_replaced(block) : leaves_file(block->address, block->length, block->size);
    block->is_shared = !is_frozen;
    block->shadow = is_frozen ? NULL : shadow_of(block->length);
    if (is_frozen && has_file) (void)fcntl(block->file, F_ADD_SEALS, SEALS);
    return is_frozen;
}

static void drop(struct block *block) {
    if (block->shadow) munmap(block->shadow, block->length);
    munmap(block->address, block->length);
    if (is_open(block)) close(block->file);
    *block = arena.blocks[--arena.count];
}

// MARK: Forks

static void before_fork(void) {
    pthread_mutex_lock(&arena.lock);
    for (int index = 0; index < arena.count; index++) (void)freeze(&arena.blocks[index]);
}

static void after_fork(void) { pthread_mutex_unlock(&arena.lock); }

/// Where a block could not be frozen the child has nothing, which nothing else is to take.
static void in_child(void) {
    for (int index = 0; index < arena.count; index++) {
        const struct block *block = &arena.blocks[index];
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
        if (block->is_shared) (void)mmap(block->address, block->length, PROT_NONE, flags, -1, 0);
    }
    after_fork();
}

// MARK: From outside

int lathe_blocks_begin(void) {
    arena.is_there = true;
    return pthread_atfork(before_fork, after_fork, in_child);
}

void *lathe_block_make(size_t size) {
    pthread_mutex_lock(&arena.lock);
    void *address = make(size);
    pthread_mutex_unlock(&arena.lock);
    return address;
}

size_t lathe_block_size(const void *address) {
    if ((uintptr_t)address % HUGE || !address) return 0;
    pthread_mutex_lock(&arena.lock);
    struct block *block = block_at(address);
    size_t size = block ? block->size : 0;
    pthread_mutex_unlock(&arena.lock);
    return size;
}

bool lathe_block_drop(const void *address) {
    if ((uintptr_t)address % HUGE || !address) return false;
    pthread_mutex_lock(&arena.lock);
    struct block *block = block_at(address);
    if (block) drop(block);
    pthread_mutex_unlock(&arena.lock);
    return block != NULL;
}

bool lathe_block_freeze(const void *address, struct lathe_frozen *frozen) {
    pthread_mutex_lock(&arena.lock);
    struct block *block = block_at(address);
    bool is_frozen = block && freeze(block) && is_open(block);
    if (is_frozen) *frozen = (struct lathe_frozen){.file = block->file, .size = block->size, .inode = block->inode};
    pthread_mutex_unlock(&arena.lock);
    return is_frozen;
}

bool lathe_blocks_freeze(void) {
    bool all = true;
    pthread_mutex_lock(&arena.lock);
    for (int index = 0; index < arena.count; index++) all = freeze(&arena.blocks[index]) && all;
    pthread_mutex_unlock(&arena.lock);
    return all;
}

void lathe_blocks_map(void) {
    pthread_mutex_lock(&arena.lock);
    for (int index = 0; index < arena.count; index++) {
        (void)madvise(arena.blocks[index].address, arena.blocks[index].length, MADV_POPULATE_READ);
    }
    pthread_mutex_unlock(&arena.lock);
}

int lathe_blocks_open(int files[LATHE_MOST_BLOCKS]) {
    int count = 0;
    pthread_mutex_lock(&arena.lock);
    for (int index = 0; index < arena.count; index++) {
        if (arena.blocks[index].is_shared && is_open(&arena.blocks[index])) files[count++] = arena.blocks[index].file;
    }
    pthread_mutex_unlock(&arena.lock);
    return count;
}

bool lathe_block_leave(const void *address, size_t kept) {
    pthread_mutex_lock(&arena.lock);
    struct block *block = block_at(address);
    bool is_left = block && kept <= block->size && freeze(block);
    // The file lives as long as a page of it is mapped, with all of its pages.
    if (is_left && kept < block->length) {
        is_left = leaves_file(block->address + kept, block->length - kept, block->size - kept);
    }
    if (is_left && is_open(block)) close(block->file);
    if (is_left) block->file = -1;
    pthread_mutex_unlock(&arena.lock);
    return is_left;
}
