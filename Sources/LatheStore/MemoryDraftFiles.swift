internal import Foundation
internal import Glibc
internal import LatheVocabulary

/// The files of a save under way. Each part is written under a name that no save has, and gets its own once it is on disk.
///
/// Safe because one thread uses it at a time: who saves hands it from the writer of parts to whoever finishes.
final class MemoryDraftFiles: MemoryWriting, @unchecked Sendable {
    let known: [MemoryPart]
    private let folder: MemoryFolder
    private let generation: Int
    private let limit: Int
    private var part: DraftPart?
    /// Bytes of parts that were not there before.
    private var written = 0
    private let draft: String

    init(folder: MemoryFolder, newest: SavedMemory?, generation: Int, limit: Int) {
        self.folder = folder
        self.limit = limit
        known = newest?.parts.filter(folder.holds) ?? []
        self.generation = generation
        draft = "\(folder.parts)/.new"
    }

    deinit { drop() }

    func append(_ bytes: UnsafeRawBufferPointer) throws(MemoryError) {
        let part = try begun()
        guard written + part.length + bytes.count <= limit else {
            throw MemoryError(
                .full, "The working memory needs more than the \(limit / 1_000_000) MB that saving it may use.")
        }
        try part.append(bytes)
    }

    func endPart(_ format: MemoryPart.Format) throws(MemoryError) -> MemoryPart {
        let ended = try begun()
        let part = try ended.end(format)
        let isThere = folder.holds(part)
        // Also where it is there: what lies there may have been damaged since.
        try ended.name("\(folder.parts)/\(part.fileName)")
        if !isThere { written += part.bytes }
        self.part = nil
        return part
    }

    func finish(
        _ parts: [MemoryPart], index: Int, path: [MemoryStep], inputs: [DataInput], content: MemoryContent
    ) throws(MemoryError) -> SavedMemory {
        if let gone = parts.first(where: { !folder.holds($0) }) {
            throw MemoryError(.failed, "The part \(folder.parts)/\(gone.fileName) went away while it was saved.")
        }
        let save = SavedMemory(
            generation: generation, time: Date().timeIntervalSince1970, path: path,
            inputs: inputs.compactMap(SavedInput.init),
            parts: parts, index: index, content: content)
        try folder.publish(save)
        return save
    }

    private func begun() throws(MemoryError) -> DraftPart {
        if let part { return part }
        let part = try DraftPart(path: draft)
        self.part = part
        return part
    }

    private func drop() {
        guard part != nil else { return }
        part = nil
        unlink(draft)
    }
}

extension SavedInput {
    /// As the input is now; nil where it is not there.
    init?(_ input: DataInput) {
        var status = stat()
        guard stat(input.path, &status) == 0 else { return nil }
        self.init(
            name: input.name, path: input.path, bytes: Int(status.st_size),
            modified: Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9)
    }
}
