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
    private var file: Int32 = -1
    private var digest = SHA256Stream()
    private var length = 0
    /// Bytes of parts that were not there before.
    private var written = 0
    private let draft: String

    init(folder: MemoryFolder, newest: SavedMemory?, generation: Int, limit: Int) {
        self.folder = folder
        self.limit = limit
        known = newest?.parts ?? []
        self.generation = generation
        draft = "\(folder.parts)/.new"
    }

    deinit { drop() }

    func append(_ bytes: UnsafeRawBufferPointer) throws(MemoryError) {
        if file < 0 { try openDraft() }
        guard written + length + bytes.count <= limit else {
            throw MemoryError(
                .full, "The working memory needs more than the \(limit / 1_000_000) MB that saving it may use.")
        }
        guard MemoryFolder.write(bytes, to: file) else { throw MemoryFolder.failure("write \(draft)") }
        digest.add(bytes)
        length += bytes.count
    }

    func endPart(_ format: MemoryPart.Format) throws(MemoryError) -> MemoryPart {
        if file < 0 { try openDraft() }
        guard let sum = digest.end() else { throw MemoryError(.failed, "libcrypto has no SHA-256 here.") }
        let part = MemoryPart(sha256: sum, bytes: length, format: format)
        let final = "\(folder.parts)/\(part.fileName)"
        var status = stat()
        if lstat(final, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) == length {
            drop()
            return part
        }
        guard fsync(file) == 0 else { throw MemoryFolder.failure("make \(draft) durable") }
        guard rename(draft, final) == 0 else { throw MemoryFolder.failure("name \(final)") }
        written += length
        close(file)
        file = -1
        return part
    }

    func finish(
        _ parts: [MemoryPart], index: Int, path: [MemoryStep], inputs: [DataInput], content: MemoryContent
    ) throws(MemoryError) -> SavedMemory {
        let save = SavedMemory(
            generation: generation, time: Date().timeIntervalSince1970, path: path,
            inputs: inputs.compactMap(SavedInput.init),
            parts: parts, index: index, content: content)
        try folder.publish(save)
        return save
    }

    private func openDraft() throws(MemoryError) {
        file = open(draft, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw MemoryFolder.failure("make \(draft)") }
        digest = SHA256Stream()
        length = 0
    }

    private func drop() {
        guard file >= 0 else { return }
        close(file)
        file = -1
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
