internal import CSQLite
internal import Glibc
internal import LatheVocabulary

/// A prepared statement. Keeps its connection open; columns count from 0, parameters from 1.
final class SQLiteStatement {
    private let handle: OpaquePointer
    private let connection: SQLiteConnection

    init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ value: Int, at index: Int32) throws(JournalError) {
        try check(sqlite3_bind_int64(handle, index, Int64(value)))
    }

    func bind(_ value: Double, at index: Int32) throws(JournalError) {
        try check(sqlite3_bind_double(handle, index, value))
    }

    func bind(_ value: String, at index: Int32) throws(JournalError) {
        var value = value
        let code = value.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // An empty string may have no address, which SQLite would take for NULL.
                guard let base = characters.baseAddress else { return lathe_sqlite_bind_text(handle, index, "", 0) }
                return lathe_sqlite_bind_text(handle, index, base, Int32(clamping: characters.count))
            }
        }
        try check(code)
    }

    func bind(_ value: [Int8], at index: Int32) throws(JournalError) {
        // An empty array may have no address, which SQLite would take for NULL.
        let code = value.withUnsafeBytes { bytes in
            lathe_sqlite_bind_blob(
                handle, index, bytes.baseAddress ?? UnsafeRawPointer(handle), Int32(clamping: bytes.count))
        }
        try check(code)
    }

    /// True while there is a row to read.
    func step() throws(JournalError) -> Bool {
        errno = 0
        let code = sqlite3_step(handle)
        guard code == SQLITE_ROW || code == SQLITE_DONE else {
            let failure = connection.failure(code)
            sqlite3_reset(handle)
            throw failure
        }
        return code == SQLITE_ROW
    }

    /// Runs a statement that returns no row, and makes it ready for the next parameters.
    func run() throws(JournalError) {
        _ = try step()
        sqlite3_reset(handle)
    }

    func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }
    func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// Text as UTF-8; invalid sequences become U+FFFD, NULL becomes empty.
    func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// Bytes as signed numbers; NULL becomes empty.
    func numbers(_ column: Int32) -> [Int8] {
        guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, column))
        return Array(UnsafeRawBufferPointer(start: bytes, count: count).bindMemory(to: Int8.self))
    }

    private func check(_ code: Int32) throws(JournalError) {
        guard code == SQLITE_OK else { throw connection.failure(code) }
    }
}
