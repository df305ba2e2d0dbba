// `_lathe_arena`: large arrays are made in memory files, so that handing one to another kernel copies nothing.
//
// A block is a memory file with large pages, mapped shared by the kernel that made it. It counts against the limit of memory
// through a private map of the same length that is never touched. Before anybody else may see a block, be it a fork or the kernel
// of a subtask, it is frozen: a private map of the file takes the place of the shared one, and the file is sealed. Then writes
// stay with who writes, as with any memory. One system call replaces the map, so no write of another thread is lost.
//
// numpy's own allocator has all that is small, asked for as zeros, or not to be had here.

#define PY_SSIZE_T_CLEAN
#define _GNU_SOURCE
#include <Python.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

enum { MOST_BLOCKS = 128, ATTEMPTS = 3, SHARE_OF_FREE = 2, SHARE_OF_DESCRIPTORS = 8 };
static const size_t HUGE = 2 << 20;
/// Below it a copy is cheaper than a file.
static const size_t LEAST = 32 << 20;
static const int SEALS = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;

/// As numpy declares it (NEP 49), version 1.
struct handler {
    char name[127];
    uint8_t version;
    void *context;
    void *(*malloc)(void *context, size_t size);
    void *(*calloc)(void *context, size_t count, size_t size);
    void *(*realloc)(void *context, void *address, size_t size);
    void (*free)(void *context, void *address, size_t size);
};

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
    struct block blocks[MOST_BLOCKS];
    int count;
    /// False once Linux has no large pages for memory files.
    bool is_there;
    const struct handler *plain;
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

/// Bytes that the machine has left; 0 where nobody can tell.
static size_t available(void) {
    char text[1024] = {0};
    int file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    const char *line = count > 0 ? strstr(text, "MemAvailable:") : NULL;
    return line ? strtoull(line + strlen("MemAvailable:"), NULL, 10) << 10 : 0;
}

static bool has_room(size_t length) {
    struct rlimit files, size;
    if (!arena.is_there || arena.count == MOST_BLOCKS || length > available() / SHARE_OF_FREE) return false;
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
    if (has_large_pages(block->file, block->address, block->length)) return true;
    munmap(block->address, block->length);
    return false;
}

/// Memory that is to be in a file; NULL where numpy's own allocator has to do.
static void *make(size_t size) {
    struct block block = {.length = (size + HUGE - 1) & ~(HUGE - 1), .size = size, .is_shared = true};
    if (!has_room(block.length)) return NULL;
    block.shadow = mmap(
        NULL, block.length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block.shadow == MAP_FAILED) return NULL;
    block.file = memfd_create("lathe-array", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (block.file >= 0 && fill(&block)) {
        arena.blocks[arena.count++] = block;
        return block.address;
    }
    if (block.file >= 0) close(block.file);
    munmap(block.shadow, block.length);
    return NULL;
}

/// Where code closed the file, the bytes move into memory that no file is behind.
static bool leave_file(struct block *block) {
    char *copy = mmap(NULL, block->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) return false;
    memcpy(copy, block->address, block->size);
    return mremap(copy, block->length, block->length, MREMAP_MAYMOVE | MREMAP_FIXED, block->address) == block->address;
}

/// From here on nobody else sees what is written to the block, and the file stays as it is. False where memory ran out.
static bool freeze(struct block *block) {
    if (!block->is_shared) return true;
    if (block->shadow) munmap(block->shadow, block->length);
    block->shadow = NULL;
    if (is_open(block)) {
        void *placed = mmap(
            block->address, block->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, block->file, 0);
        block->is_shared = placed != block->address;
    } else {
        block->is_shared = !leave_file(block);
    }
    if (!block->is_shared) (void)fcntl(block->file, F_ADD_SEALS, SEALS);
    return !block->is_shared;
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
    for (int index = 0; index < arena.count; index++) {
        struct block *block = &arena.blocks[index];
        // Better none in the child than one that both write to.
        if (!freeze(block)) (void)madvise(block->address, block->length, MADV_DONTFORK);
    }
}

static void after_fork(void) { pthread_mutex_unlock(&arena.lock); }

// MARK: numpy's allocator

static void *arena_malloc(void *context, size_t size) {
    (void)context;
    void *address = NULL;
    if (size >= LEAST) {
        pthread_mutex_lock(&arena.lock);
        address = make(size);
        pthread_mutex_unlock(&arena.lock);
    }
    return address ? address : arena.plain->malloc(arena.plain->context, size);
}

static void *arena_calloc(void *context, size_t count, size_t size) {
    (void)context;
    return arena.plain->calloc(arena.plain->context, count, size);
}

/// The size of a block, 0 where the address is none's.
static size_t size_at(const void *address) {
    if ((uintptr_t)address % HUGE || !address) return 0;
    pthread_mutex_lock(&arena.lock);
    struct block *block = block_at(address);
    size_t size = block ? block->size : 0;
    pthread_mutex_unlock(&arena.lock);
    return size;
}

static bool was_dropped(void *address) {
    if ((uintptr_t)address % HUGE || !address) return false;
    pthread_mutex_lock(&arena.lock);
    struct block *block = block_at(address);
    if (block) drop(block);
    pthread_mutex_unlock(&arena.lock);
    return block != NULL;
}

static void arena_free(void *context, void *address, size_t size) {
    (void)context;
    if (!was_dropped(address)) arena.plain->free(arena.plain->context, address, size);
}

static void *arena_realloc(void *context, void *address, size_t size) {
    size_t before = size_at(address);
    if (!before) return arena.plain->realloc(arena.plain->context, address, size);
    void *moved = arena_malloc(context, size);
    if (!moved) return NULL;
    memcpy(moved, address, before < size ? before : size);
    (void)was_dropped(address);
    return moved;
}

static struct handler handler = {
    .name = "lathe_arena", .version = 1, .malloc = arena_malloc, .calloc = arena_calloc, .realloc = arena_realloc,
    .free = arena_free,
};

// MARK: The module

/// The places of these functions in numpy's table, which never change.
enum { SET_HANDLER = 304, GET_HANDLER = 305 };

static PyObject *arena_install(PyObject *module, PyObject *capsule) {
    (void)module;
    void **table = PyCapsule_GetPointer(capsule, NULL);
    if (!table) return NULL;
    if (arena.plain) Py_RETURN_FALSE;
    PyObject *current = ((PyObject * (*)(void)) table[GET_HANDLER])();
    if (!current) return NULL;
    // It is not let go of: blocks that it gave may be freed at any time.
    const struct handler *plain = PyCapsule_GetPointer(current, "mem_handler");
    if (!plain) return NULL;
    if (plain->version != 1) Py_RETURN_FALSE;
    if (pthread_atfork(before_fork, after_fork, after_fork) != 0) return PyErr_NoMemory();
    arena.plain = plain;
    arena.is_there = true;
    PyObject *own = PyCapsule_New(&handler, "mem_handler", NULL);
    PyObject *before = own ? ((PyObject * (*)(PyObject *)) table[SET_HANDLER])(own) : NULL;
    Py_XDECREF(own);
    if (!before) return NULL;
    Py_DECREF(before);
    Py_RETURN_TRUE;
}

static PyObject *arena_freeze(PyObject *module, PyObject *argument) {
    (void)module;
    void *address = PyLong_AsVoidPtr(argument);
    if (!address && PyErr_Occurred()) return NULL;
    pthread_mutex_lock(&arena.lock);
    struct block *block = block_at(address);
    bool is_frozen = block && freeze(block) && is_open(block);
    struct block found = is_frozen ? *block : (struct block){.file = -1};
    pthread_mutex_unlock(&arena.lock);
    if (!is_frozen) Py_RETURN_NONE;
    return Py_BuildValue("inK", found.file, (Py_ssize_t)found.size, (unsigned long long)found.inode);
}

static PyObject *arena_freeze_all(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    pthread_mutex_lock(&arena.lock);
    for (int index = 0; index < arena.count; index++) (void)freeze(&arena.blocks[index]);
    pthread_mutex_unlock(&arena.lock);
    Py_RETURN_NONE;
}

static PyObject *arena_map(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    pthread_mutex_lock(&arena.lock);
    for (int index = 0; index < arena.count; index++) {
        (void)madvise(arena.blocks[index].address, arena.blocks[index].length, MADV_POPULATE_READ);
    }
    pthread_mutex_unlock(&arena.lock);
    Py_RETURN_NONE;
}

static PyObject *arena_size(PyObject *module, PyObject *argument) {
    (void)module;
    void *address = PyLong_AsVoidPtr(argument);
    if (!address && PyErr_Occurred()) return NULL;
    return PyLong_FromSize_t(size_at(address));
}

static PyObject *arena_leave(PyObject *module, PyObject *argument) {
    (void)module;
    void *address = PyLong_AsVoidPtr(argument);
    if (!address && PyErr_Occurred()) return NULL;
    pthread_mutex_lock(&arena.lock);
    struct block *block = block_at(address);
    if (block && is_open(block)) {
        close(block->file);
        block->file = -1;
    }
    pthread_mutex_unlock(&arena.lock);
    return PyBool_FromLong(block != NULL);
}

static PyMethodDef methods[] = {
    {"install", arena_install, METH_O,
     "install(table) -> bool\n\nTakes over numpy's large arrays; `table` is its `_ARRAY_API`. False where that is done, or not known."},
    {"freeze", arena_freeze, METH_O,
     "freeze(address) -> (descriptor, size, inode) | None\n\nFreezes the block of an array whose data begins there, and names its "
     "sealed file, which stays the arena's. None where there is none."},
    {"freeze_all", arena_freeze_all, METH_NOARGS,
     "freeze_all() -> None\n\nFreezes every block; where memory ran out one may stay a shared map."},
    {"map", arena_map, METH_NOARGS,
     "map() -> None\n\nHas Linux count the pages of every block as this process's: a fork knows of none that it did not touch."},
    {"size", arena_size, METH_O, "size(address) -> int\n\nThe bytes of the block that begins there; 0 where none does."},
    {"leave", arena_leave, METH_O,
     "leave(address) -> bool\n\nCloses the file of a block in whose place another one was mapped. False where there is none."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_lathe_arena", .m_doc = "Large arrays in memory files.", .m_size = -1,
    .m_methods = methods,
};

static PyObject *initialise(void) { return PyModule_Create(&definition); }

int lathe_arena_register(void) { return PyImport_AppendInittab("_lathe_arena", initialise); }
