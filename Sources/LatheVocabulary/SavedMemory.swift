/// One save of a session's working memory that is whole: what it holds, and of which cells it is made.
///
/// Written by lathe; what is in the parts only kernels read.
package struct SavedMemory: Sendable, Hashable, Codable {
    /// 1, 2, 3 … in the session.
    package var generation: Int
    /// Seconds since 1970-01-01 UTC.
    package var time: Double
    /// The cells that the memory was made of, in order.
    package var path: [MemoryStep]
    package var inputs: [SavedInput]
    package var parts: [MemoryPart]
    /// The part from which a kernel learns what the others are.
    package var index: Int
    package var content: MemoryContent

    package init(
        generation: Int, time: Double, path: [MemoryStep], inputs: [SavedInput], parts: [MemoryPart], index: Int,
        content: MemoryContent
    ) {
        self.generation = generation
        self.time = time
        self.path = path
        self.inputs = inputs
        self.parts = parts
        self.index = index
        self.content = content
    }

    /// Bytes of all parts, one that occurs twice counted once.
    package var bytes: Int { Set(parts).reduce(0) { $0 + $1.bytes } }
}

/// A file of a saved memory, named by its content. It never changes.
package struct MemoryPart: Sendable, Hashable, Codable {
    /// 64 hexadecimal digits: the SHA-256 of its bytes, or of the SHA-256s of its pieces.
    package var sha256: String
    package var bytes: Int
    package var format: Format
    /// Bytes of each piece but the last; nil where the part was hashed as a whole.
    package var pieceBytes: Int?

    /// What the file is: `arrows` is a stream of Arrow's, `pack` holds several small things.
    package enum Format: String, Sendable, Codable, CaseIterable { case npy, arrows, json, pickle, pack, index }

    package init(sha256: String, bytes: Int, format: Format) {
        self.sha256 = sha256
        self.bytes = bytes
        self.format = format
    }

    package var fileName: String { "\(sha256).\(format.rawValue)" }
}

/// An input as it was when the memory was saved: its variable is saved too.
package struct SavedInput: Sendable, Hashable, Codable {
    package var name: String
    package var path: String
    package var bytes: Int
    /// Seconds since 1970-01-01 UTC.
    package var modified: Double

    package init(name: String, path: String, bytes: Int, modified: Double) {
        self.name = name
        self.path = path
        self.bytes = bytes
        self.modified = modified
    }
}

/// The variables of a saved memory, bounded, as a kernel told them.
package struct MemoryContent: Sendable, Hashable, Codable {
    package var variables: [SavedVariable]
    /// Variables beyond those listed.
    package var omitted: Int
    package var unsaved: [UnsavedVariable]
    package var unsavedOmitted: Int

    package init(
        variables: [SavedVariable] = [], omitted: Int = 0, unsaved: [UnsavedVariable] = [], unsavedOmitted: Int = 0
    ) {
        self.variables = variables
        self.omitted = omitted
        self.unsaved = unsaved
        self.unsavedOmitted = unsavedOmitted
    }

    package var variableCount: Int { variables.count + omitted }
}

package struct SavedVariable: Sendable, Hashable, Codable {
    package var name: String
    package var type: String
    package var bytes: Int
    /// The cell that bound it last; 0 where none is known.
    package var cell: Int

    package init(name: String, type: String, bytes: Int, cell: Int) {
        self.name = name
        self.type = type
        self.bytes = bytes
        self.cell = cell
    }
}

/// A variable that cannot be saved, or could not be brought back.
package struct UnsavedVariable: Sendable, Hashable, Codable {
    package var name: String
    package var type: String
    package var reason: String
    /// The cell that bound it; 0 where none is known.
    package var cell: Int

    package init(name: String, type: String, reason: String, cell: Int) {
        self.name = name
        self.type = type
        self.reason = reason
        self.cell = cell
    }

    /// Such as `rows (generator, cell 3)`.
    package var title: String {
        let notes = [type, cell > 0 ? "cell \(cell)" : ""].filter { !$0.isEmpty }.joined(separator: ", ")
        return name + (notes.isEmpty ? "" : " (\(notes))")
    }
}
