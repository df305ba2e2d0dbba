package import LatheVocabulary

/// A session that this process has open for writing: nobody else can have it meanwhile.
package final class OpenSession: Sendable {
    package let name: SessionName
    package let folder: SessionFolder
    package let journal: SQLiteJournal
    private let lock: SessionLock

    init(name: SessionName, folder: SessionFolder, journal: SQLiteJournal, lock: SessionLock) {
        self.name = name
        self.folder = folder
        self.journal = journal
        self.lock = lock
    }

    /// Closes the journal. The lock goes with the last reference to the session.
    package func close() async throws(JournalError) {
        try await journal.close()
    }
}

/// A session that is only read, also while another lathe writes to it.
package struct RecordedSession: Sendable {
    package let name: SessionName
    package let folder: SessionFolder
    package let journal: JournalReader
}
