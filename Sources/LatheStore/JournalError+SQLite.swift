internal import CSQLite
internal import Glibc
internal import LatheVocabulary

extension JournalError {
    /// The one place where SQLite's result codes become reasons with their mends.
    ///
    /// `systemError` is the errno of the failing call, 0 where there was none.
    init(sqlite code: Int32, message: String, systemError: Int32, path: String) {
        let (meaning, reason) = Self.meaning(code, message: message, systemError: systemError, path: path)
        self.init(meaning, reason, underlying: code)
    }

    private static func meaning(
        _ code: Int32, message: String, systemError: Int32, path: String
    ) -> (Code, String) {
        if code & 0xFF == SQLITE_FULL || [ENOSPC, EDQUOT, EFBIG].contains(systemError) {
            return (.diskFull, "There is no room left to write \(path). Free some disk space, then go on.")
        }
        switch code & 0xFF {
        case SQLITE_READONLY, SQLITE_PERM:
            return (.readOnly, "\(path) cannot be written. Make the file and its folder writable for this user.")
        case SQLITE_CANTOPEN:
            let cause = systemError == 0 ? message : String(cString: strerror(systemError))
            let meaning: Code = [EROFS, EACCES, EPERM].contains(systemError) ? .readOnly : .failed
            return (meaning, "\(path) cannot be opened: \(cause). Look at the rights of the file and its folder.")
        case SQLITE_BUSY, SQLITE_LOCKED:
            return (.locked, "Another program is writing to \(path). End it, then try again.")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return (
                .corrupt,
                "\(path) is damaged: \(message). Copy the session's folder, then try the 'sqlite3' command '.recover'."
            )
        case SQLITE_CONSTRAINT:
            return (.corrupt, "\(path) was changed by another program: \(message). Open the session again.")
        default:
            let cause = systemError == 0 ? "" : " (\(String(cString: strerror(systemError))))"
            return (.failed, "\(path) could not be read or written: \(message)\(cause).")
        }
    }
}
