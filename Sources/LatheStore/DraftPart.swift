internal import Foundation
internal import Glibc
internal import LatheVocabulary

/// The file of a part under way: written, hashed and brought to disk side by side. For one thread; closed when it goes.
final class DraftPart {
    private(set) var length = 0
    private let path: String
    private let file: Int32
    /// The last piece so far, and its number.
    private var piece = Piece()
    private var number = 0
    /// There from the second piece on.
    private var writer: PieceWriter?

    init(path: String) throws(MemoryError) {
        self.path = path
        file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw MemoryFolder.failure("make \(path)") }
    }

    deinit {
        writer?.stop()
        close(file)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(MemoryError) {
        length += bytes.count
        var rest = bytes
        while !rest.isEmpty {
            if piece.isFull { try handOn() }
            rest = UnsafeRawBufferPointer(rebasing: rest[piece.fill(from: rest)...])
        }
    }

    /// What the part is, once all of it was appended; once. It is in the file then.
    func end(_ format: MemoryPart.Format) throws(MemoryError) -> MemoryPart {
        guard writer != nil else {
            if let error = piece.write(to: file, at: 0) { throw failure(error) }
            return try part(SHA256Stream.of(Array(piece.bytes)), format)
        }
        try handOn()
        let sum: String?
        do throws(SystemFailure) {
            sum = try writer?.end()
        } catch {
            throw failure(error.error)
        }
        writer = nil
        var whole = try part(sum, format)
        whole.pieceBytes = Piece.capacity
        return whole
    }

    /// Makes it durable under another name.
    func name(_ final: String) throws(MemoryError) {
        guard fsync(file) == 0 else { throw MemoryFolder.failure("make \(path) durable") }
        guard rename(path, final) == 0 else { throw MemoryFolder.failure("name \(final)") }
    }

    private func handOn() throws(MemoryError) {
        let writer = self.writer ?? PieceWriter(file: file)
        self.writer = writer
        do throws(SystemFailure) {
            piece = try writer.write(piece, number)
        } catch {
            throw failure(error.error)
        }
        number += 1
    }

    private func part(_ sum: String?, _ format: MemoryPart.Format) throws(MemoryError) -> MemoryPart {
        guard let sum else { throw MemoryError(.failed, "\(path) could not be hashed.") }
        return MemoryPart(sha256: sum, bytes: length, format: format)
    }

    private func failure(_ error: Int32) -> MemoryError {
        errno = error
        return MemoryFolder.failure("write \(path)")
    }
}
