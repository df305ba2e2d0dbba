/// The working memory is on disk, as it was after a cell.
package struct MemorySaved: Sendable, Hashable, Codable {
    package var generation: Int
    /// The newest cell that is in it.
    package var cell: Int
    package var seconds: Double
    /// Bytes of the parts that were written, and of those that were there already.
    package var written: Int
    package var kept: Int
    /// How many variables it holds; at most 100 of their names.
    package var variables: Int
    package var names: [String]
    /// What is not in it, and why; at most 100.
    package var unsaved: [UnsavedVariable]
    package var unsavedOmitted: Int

    package init(
        generation: Int, cell: Int, seconds: Double, written: Int, kept: Int, variables: Int, names: [String],
        unsaved: [UnsavedVariable] = [], unsavedOmitted: Int = 0
    ) {
        self.generation = generation
        self.cell = cell
        self.seconds = seconds
        self.written = written
        self.kept = kept
        self.variables = variables
        self.names = names
        self.unsaved = unsaved
        self.unsavedOmitted = unsavedOmitted
    }
}

/// A kernel has taken up a memory that was saved.
package struct MemoryRestored: Sendable, Hashable, Codable {
    package var generation: Int
    /// The newest cell that is in it.
    package var cell: Int
    package var seconds: Double
    package var variables: Int
    package var bytes: Int
    /// Variables that were made again by statements of the cells that made them.
    package var rebuilt: [String]
    /// Variables that are not there any more.
    package var lost: [UnsavedVariable]

    package init(
        generation: Int, cell: Int, seconds: Double, variables: Int, bytes: Int, rebuilt: [String] = [],
        lost: [UnsavedVariable] = []
    ) {
        self.generation = generation
        self.cell = cell
        self.seconds = seconds
        self.variables = variables
        self.bytes = bytes
        self.rebuilt = rebuilt
        self.lost = lost
    }
}
