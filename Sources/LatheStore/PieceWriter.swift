internal import Foundation
internal import Glibc
internal import Synchronization

/// Writes the pieces of a part to its file and hashes them, several side by side.
///
/// A large part is named by the SHA-256 of the SHA-256s of its pieces, so that more than one processor can work on it. The
/// descriptor stays the caller's, and open until `end` or `stop` has returned.
final class PieceWriter: Sendable {
    /// Pieces that wait or are worked on: each is memory.
    private static let mostPieces = 3

    private struct State {
        var digests: [Int: [UInt8]] = [:]
        var spare: [Piece] = []
        /// What the system said to the first write that failed.
        var error: Int32?
        var isStopped = false
    }

    private let file: Int32
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "lathe-pieces", attributes: .concurrent)
    private let room = DispatchSemaphore(value: PieceWriter.mostPieces)
    private let group = DispatchGroup()

    init(file: Int32) { self.file = file }

    /// Takes the piece of that number, 0, 1, 2 …, and gives an empty one; waits while there are enough.
    ///
    /// Throws what went wrong with one before it.
    func write(_ piece: Piece, _ number: Int) throws(SystemFailure) -> Piece {
        room.wait()
        queue.async(group: group) { [self] in
            work(on: piece, number)
            room.signal()
        }
        let (error, spare) = state.withLock { ($0.error, $0.spare.popLast()) }
        if let error { throw SystemFailure(error: error) }
        return spare ?? Piece()
    }

    /// Waits for all pieces. The SHA-256 of their digests in hexadecimal; nil where libcrypto has none.
    func end() throws(SystemFailure) -> String? {
        group.wait()
        let ended = state.withLock { $0 }
        if let error = ended.error { throw SystemFailure(error: error) }
        return SHA256Stream.of(ended.digests.sorted { $0.key < $1.key }.flatMap(\.value))
    }

    /// Gives up; returns when nobody uses the descriptor any more.
    func stop() {
        state.withLock { $0.isStopped = true }
        group.wait()
    }

    private func work(on piece: Piece, _ number: Int) {
        guard !state.withLock({ $0.isStopped || $0.error != nil }) else { return }
        let offset = number * Piece.capacity
        let failure = piece.write(to: file, at: offset)
        // That nobody needs the pages is what Linux takes as a reason to write them now; those not on disk yet stay.
        _ = posix_fadvise(file, off_t(offset), off_t(piece.bytes.count), POSIX_FADV_DONTNEED)
        let digest = piece.digest
        piece.empty()
        state.withLock { state in
            state.spare.append(piece)
            if let digest { state.digests[number] = digest }
            state.error = state.error ?? failure ?? (digest == nil ? ENOTSUP : nil)
        }
    }
}

/// What the system said.
struct SystemFailure: Error {
    var error: Int32
}
