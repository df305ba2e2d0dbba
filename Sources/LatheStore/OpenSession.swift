package import LatheVocabulary

/// A session that this process has open for writing: nobody else can have it meanwhile.
package final class OpenSession: Sendable {
    package let name: SessionName
    package let folder: SessionFolder
    package let journal: SQLiteJournal

    init(name: SessionName, folder: SessionFolder, journal: SQLiteJournal) {
        self.name = name
        self.folder = folder
        self.journal = journal
    }

    /// Closes the journal and lets the session go: another process may open it from here on.
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
