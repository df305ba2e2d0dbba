/// Where a session's working memory is saved, and read again. One writer at a time.
///
/// A save is either whole or not there: what is under way when the program ends leaves nothing that `saves` would list.
package protocol MemoryArchive: Sendable {
    /// The saves that are whole, newest first. Those whose description is damaged are named in `problems`.
    func saves() -> (saves: [SavedMemory], problems: [String])

    /// Opens the parts of a save for reading, in its order. Throws where one is missing or not what was written.
    ///
    /// Small parts are read and compared with their hash; of large ones, which may hold gigabytes, the length is compared. One that
    /// is not what was written is set aside: no later save refers to it.
    func open(_ save: SavedMemory) throws(MemoryError) -> [SliceReference]

    /// Reads the large parts that `open` opened, says which are not what was written, a sentence each, and sets them aside. Takes
    /// about a second for two gigabytes; ends early, with nothing to say, where its task is cancelled.
    func verify(_ save: SavedMemory, _ files: [SliceReference]) async -> [String]

    /// An input's file as it is now; nil where it is not there.
    func input(_ input: DataInput) -> SavedInput?

    /// Begins a save. Its parts may have at most so many bytes beyond those that are there already.
    func begin(limit: Int) throws(MemoryError) -> any MemoryWriting
}

/// A save under way: parts one after the other, then `finish`. Dropped before that, nothing of it stays. For one thread.
package protocol MemoryWriting: AnyObject, Sendable {
    /// The parts of the newest save that are there, which need not be written again.
    var known: [MemoryPart] { get }

    func append(_ bytes: UnsafeRawBufferPointer) throws(MemoryError)

    /// Ends the part that `append` wrote.
    func endPart(_ format: MemoryPart.Format) throws(MemoryError) -> MemoryPart

    /// Makes everything durable, and the save the newest one, in one step. Old saves go, but for the one before.
    func finish(
        _ parts: [MemoryPart], index: Int, path: [MemoryStep], inputs: [DataInput], content: MemoryContent
    ) throws(MemoryError) -> SavedMemory
}

package struct MemoryError: Error, Sendable, Hashable {
    package enum Code: String, Sendable { case damaged, full, failed, refused }

    package var code: Code
    package var reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
