internal import Foundation
internal import Glibc
internal import Synchronization

/// The SHA-256 of a file that is being written, on a thread of its own that reads behind the writer.
///
/// What was written is in the system's page cache, so reading it again costs a copy, and writing does not wait for hashing. One
/// thread tells how far the file is and ends it; the descriptor stays the caller's, and open until `end` or `stop` has returned.
final class DigestFollower: Sendable {
    private struct State {
        /// Bytes that may be read.
        var length: Int
        var isEnded = false
        var isStopped = false
    }

    private static let pieceBytes = 1 << 20

    private let file: Int32
    private let state: Mutex<State>
    /// One signal each time that there is more to read, or no more.
    private let news = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)
    private let sum = Mutex<String?>(nil)

    /// Goes on with a digest of the first `length` bytes of the file, which is the follower's from here on.
    init(file: Int32, after length: Int, of digest: SHA256Stream) {
        self.file = file
        state = Mutex(State(length: length))
        let thread = Thread { [self] in
            if follow(digest, from: length) {
                let found = digest.end()
                sum.withLock { $0 = found }
            }
            done.signal()
        }
        thread.name = "lathe-digest"
        thread.start()
    }

    /// The file has so many bytes by now.
    func grow(to length: Int) {
        state.withLock { $0.length = length }
        news.signal()
    }

    /// Waits until all of the file is read. Nil where it cannot be, or libcrypto has no SHA-256.
    func end() -> String? {
        state.withLock { $0.isEnded = true }
        news.signal()
        done.wait()
        return sum.withLock { $0 }
    }

    /// Gives up; returns when the file is not read any more.
    func stop() {
        state.withLock { $0.isStopped = true }
        news.signal()
        done.wait()
    }

    /// False where it was stopped, or the file cannot be read.
    private func follow(_ digest: SHA256Stream, from start: Int) -> Bool {
        var buffer = [UInt8](repeating: 0, count: Self.pieceBytes)
        var offset = start
        while true {
            let now = state.withLock { $0 }
            if now.isStopped { return false }
            if offset == now.length {
                if now.isEnded { return true }
                news.wait()
                continue
            }
            let count = pread(file, &buffer, min(buffer.count, now.length - offset), off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            buffer.withUnsafeBytes { digest.add(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += count
        }
    }
}
