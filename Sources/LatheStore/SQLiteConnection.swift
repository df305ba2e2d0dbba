internal import CSQLite
internal import Glibc
internal import LatheVocabulary

/// One connection to a database file. Used from one thread at a time; closes when it goes.
final class SQLiteConnection {
    enum Mode {
        case readWrite
        case readOnly
        /// For media that nobody can write to: no locks, no shared memory, no log.
        case immutable
    }

    let path: String
    private let handle: OpaquePointer

    /// Opens a file without following a symbolic link anywhere in its path. `readWrite` makes the file.
    init(path: String, mode: Mode) throws(JournalError) {
        let flags =
            switch mode {
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readOnly: SQLITE_OPEN_READONLY
            case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            }
        let name = mode == .immutable ? "file:\(Self.uriPath(path))?immutable=1" : path
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(
            name, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened else {
            let systemError = opened.map(sqlite3_system_errno) ?? 0
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw JournalError(sqlite: code, message: message, systemError: systemError, path: path)
        }
        handle = opened
        self.path = path
        sqlite3_busy_timeout(opened, 5_000)
        sqlite3_limit(opened, SQLITE_LIMIT_ATTACHED, 0)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements that return nothing of interest.
    func execute(_ sql: String) throws(JournalError) {
        errno = 0
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    func statement(_ sql: String) throws(JournalError) -> SQLiteStatement {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw failure(code) }
        return SQLiteStatement(prepared, of: self)
    }

    /// The first column of the first row as a whole number; nil where there is no row.
    func integer(_ sql: String) throws(JournalError) -> Int? {
        let statement = try statement(sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    func text(_ sql: String) throws(JournalError) -> String? {
        let statement = try statement(sql)
        return try statement.step() ? statement.text(0) : nil
    }

    /// True between BEGIN and the end of a transaction, whatever ended it.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs `body` between BEGIN IMMEDIATE and COMMIT; rolls back when either throws.
    func transaction<T>(_ body: () throws(JournalError) -> T) throws(JournalError) -> T {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // SQLite has already rolled back on some errors; a second ROLLBACK would only hide the first reason.
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// The error of the call that just returned `code`.
    func failure(_ code: Int32) -> JournalError {
        // SQLite notes no errno for a COMMIT that fails; then errno itself, cleared before each call, has it.
        let noted = sqlite3_system_errno(handle)
        let systemError = noted == 0 ? errno : noted
        let extended = sqlite3_extended_errcode(handle)
        return JournalError(
            sqlite: extended & 0xFF == code & 0xFF ? extended : code,
            message: String(cString: sqlite3_errmsg(handle)),
            systemError: [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xFF) ? systemError : 0,
            path: path)
    }

    private static func uriPath(_ path: String) -> String {
        path.replacing("%", with: "%25").replacing("?", with: "%3f").replacing("#", with: "%23")
    }
}
