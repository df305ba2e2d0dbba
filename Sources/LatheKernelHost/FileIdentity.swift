internal import Glibc

/// A file whatever its names and descriptors.
struct FileIdentity: Sendable, Hashable {
    var device: UInt64
    var inode: UInt64

    init(_ status: stat) { (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino)) }

    init(device: UInt64, inode: UInt64) { (self.device, self.inode) = (device, inode) }

    /// A device's number as `stat` has it, from the two that /proc writes.
    static func device(_ major: UInt64, _ minor: UInt64) -> UInt64 {
        minor & 0xFF | (major & 0xFFF) << 8 | (minor & ~0xFF) << 12 | (major & ~0xFFF) << 32
    }

    /// Of an open file, with the bytes it takes; nil where the descriptor is none.
    static func of(_ descriptor: Int32) -> (file: FileIdentity, bytes: UInt64)? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        return (FileIdentity(status), UInt64(max(status.st_blocks, 0)) * 512)
    }
}
