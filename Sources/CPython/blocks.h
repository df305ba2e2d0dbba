#ifndef LATHE_CPYTHON_BLOCKS_H
#define LATHE_CPYTHON_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The memory of large arrays. Each function may be called from any thread; an address is that of a block's first byte.

enum { LATHE_MOST_BLOCKS = 128 };

/// The file of a frozen block, which stays the block's.
struct lathe_frozen {
    int file;
    size_t size;
    uint64_t inode;
};

/// Begins, once in a process: blocks can be made, and forks freeze them. Not 0 where memory ran out.
int lathe_blocks_begin(void);

/// Memory in a file of its own; NULL where other memory has to do.
void *lathe_block_make(size_t size);

/// How much was asked for; 0 where no block begins there.
size_t lathe_block_size(const void *address);

/// Gives a block back. False where none begins there.
bool lathe_block_drop(const void *address);

/// Freezes a block. False where none begins there, it cannot be frozen, or its file is gone.
bool lathe_block_freeze(const void *address, struct lathe_frozen *frozen);

/// Freezes all. False where one could not be: no fork has it.
bool lathe_blocks_freeze(void);

/// Has Linux count the pages of every block as this process's.
void lathe_blocks_map(void);

/// The files of blocks that are not frozen yet, and how many.
int lathe_blocks_open(int files[LATHE_MOST_BLOCKS]);

/// Lets go of a block's file, but for the first bytes, in whose place another file is to be mapped. False where that is not to
/// be had. No other thread may write to the block.
bool lathe_block_leave(const void *address, size_t kept);

#endif
