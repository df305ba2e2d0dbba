package import LatheVocabulary

/// Where a session's working memory is saved, and what else a save has to say.
package struct SessionMemory: Sendable {
    package var archive: any MemoryArchive
    package var inputs: [DataInput]
    /// Bytes that one save may write; nil where nothing is saved and earlier saves are still used.
    package var limit: Int?

    package init(archive: any MemoryArchive, inputs: [DataInput], limit: Int?) {
        self.archive = archive
        self.inputs = inputs
        self.limit = limit
    }
}
