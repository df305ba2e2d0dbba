import Foundation

/// What must be known of a path before it can be an input; a value, so that tests need no files.
package struct FileProbe: Sendable {
    package enum Kind: Sendable, Hashable {
        case missing
        /// Neither a regular file nor a folder.
        case special
        case folder
        case file(bytes: Int)
        /// It is there and may not be read; the text says why.
        case unreadable(String)
    }

    package var kind: @Sendable (String) -> Kind
    /// The first bytes of a file, at most 16; empty where it cannot be read.
    package var head: @Sendable (String) -> [UInt8]

    package init(
        kind: @escaping @Sendable (String) -> Kind, head: @escaping @Sendable (String) -> [UInt8]
    ) {
        self.kind = kind
        self.head = head
    }

    /// Looks at the files of this machine.
    package static let system = FileProbe(
        kind: { path in
            var status = stat()
            guard stat(path, &status) == 0 else {
                return errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(String(cString: strerror(errno)))
            }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            guard access(path, isFolder ? R_OK | X_OK : R_OK) == 0 else {
                return .unreadable(String(cString: strerror(errno)))
            }
            if isFolder { return .folder }
            return status.st_mode & S_IFMT == S_IFREG ? .file(bytes: Int(status.st_size)) : .special
        },
        head: { path in
            guard let file = FileHandle(forReadingAtPath: path) else { return [] }
            defer { try? file.close() }
            return Array((try? file.read(upToCount: 16)) ?? Data())
        })
}
