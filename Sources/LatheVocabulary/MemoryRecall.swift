/// What became of a memory that a kernel was asked to take up.
package enum MemoryRecall: Sendable, Hashable {
    /// It is there, but for what is `lost`; `rebuilt` was not saved and has been made again.
    case restored(Int, lost: [UnsavedVariable], rebuilt: [String], variables: VariableListing, problems: [String])
    /// Nothing of it is there.
    case refused(String)
}

/// What a kernel needs beside a save to take it up.
package struct MemoryToRecall: Sendable {
    package var save: SavedMemory
    package var files: [SliceReference]
    /// The code of the cells that made it, so that tracebacks find it.
    package var cells: [Cell]
    /// Those of them that made no host calls.
    package var pure: Set<Int>

    package init(save: SavedMemory, files: [SliceReference], cells: [Cell], pure: Set<Int>) {
        self.save = save
        self.files = files
        self.cells = cells
        self.pure = pure
    }
}

/// What a kernel has written of its memory; not yet a save.
package struct MemoryDraft: Sendable, Hashable {
    package var parts: [MemoryPart]
    package var index: Int
    package var content: MemoryContent
    /// Bytes that were written, and bytes of parts that were there already.
    package var written: Int
    package var kept: Int

    package init(parts: [MemoryPart], index: Int, content: MemoryContent, written: Int, kept: Int) {
        self.parts = parts
        self.index = index
        self.content = content
        self.written = written
        self.kept = kept
    }
}
