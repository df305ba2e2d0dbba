/// What of a kernel's memory is in the machine's, as counters tell it: shared pages in full.
package struct ResidentMemory: Sendable, Hashable {
    /// All of it, in bytes.
    package var bytes: Int
    /// The part that is in no file, in bytes.
    package var anonymous: Int
    /// Bytes that it maps of memory files, by inode: arrays and slices that copies of a kernel hold together.
    package var files: [UInt64: Int]

    package init(bytes: Int, anonymous: Int, files: [UInt64: Int]) {
        self.bytes = bytes
        self.anonymous = anonymous
        self.files = files
    }

    /// The most that copies of a kernel hold beyond it.
    ///
    /// A file counts once. Where the kernel maps it too, the copies hold alone what the kernel has written to since: those pages
    /// are in its anonymous memory.
    package static func most(of copies: [ResidentMemory], beyond kernel: ResidentMemory?) -> Int {
        var files: [UInt64: Int] = [:]
        for copy in copies { files.merge(copy.files) { max($0, $1) } }
        let (shared, alone) = files.reduce(into: (0, 0)) { bytes, file in
            if kernel?.files[file.key] == nil { bytes.1 += file.value } else { bytes.0 += file.value }
        }
        return copies.reduce(alone + min(shared, kernel?.anonymous ?? 0)) { $0 + $1.anonymous }
    }
}
