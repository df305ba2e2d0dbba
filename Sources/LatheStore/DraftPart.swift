internal import Foundation
internal import Glibc
internal import LatheVocabulary

/// The file of a part under way: written, hashed and brought to disk side by side. For one thread; closed when it goes.
final class DraftPart {
    /// Beyond so many bytes a thread of its own hashes, and the system is told to write what there is.
    private static let largeBytes = 8 << 20
    private static let begunBytes = 32 << 20

    private(set) var length = 0
    private let path: String
    private let file: Int32
    /// Nil once a follower has it.
    private var digest: SHA256Stream? = SHA256Stream()
    private var follower: DigestFollower?
    /// Up to where the system was told to write.
    private var begun = 0

    init(path: String) throws(MemoryError) {
        self.path = path
        file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw MemoryFolder.failure("make \(path)") }
    }

    deinit {
        follower?.stop()
        close(file)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(MemoryError) {
        guard MemoryFolder.write(bytes, to: file) else { throw MemoryFolder.failure("write \(path)") }
        length += bytes.count
        if let follower {
            follower.grow(to: length)
        } else if let digest {
            digest.add(bytes)
            if length > Self.largeBytes {
                follower = DigestFollower(file: file, after: length, of: digest)
                self.digest = nil
            }
        }
        beginWriting()
    }

    /// The SHA-256 of all that was appended, in hexadecimal; once.
    func sum() throws(MemoryError) -> String {
        let sum: String?
        if let follower {
            sum = follower.end()
            self.follower = nil
        } else {
            sum = digest?.end()
        }
        guard let sum else { throw MemoryError(.failed, "\(path) could not be hashed.") }
        return sum
    }

    /// Makes it durable under another name.
    func name(_ final: String) throws(MemoryError) {
        guard fsync(file) == 0 else { throw MemoryFolder.failure("make \(path) durable") }
        guard rename(path, final) == 0 else { throw MemoryFolder.failure("name \(final)") }
    }

    /// Has the system begin to write, so that in the end there is little to wait for. Whether it could is told by `name`.
    ///
    /// That nobody needs the pages is what Linux takes as a reason to write them now; those not on disk yet stay.
    private func beginWriting() {
        guard length - begun >= Self.begunBytes else { return }
        _ = posix_fadvise(file, off_t(begun), off_t(length - begun), POSIX_FADV_DONTNEED)
        begun = length
    }
}
