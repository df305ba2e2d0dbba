// SQLite, and what Swift cannot spell of it: the destructor constants.

#ifndef LATHE_CSQLITE_H
#define LATHE_CSQLITE_H

#include <sqlite3.h>

/// Binds a copy of `length` bytes of UTF-8.
static inline int lathe_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

/// Binds a copy of `length` bytes.
static inline int lathe_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length) {
    return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}

#endif
