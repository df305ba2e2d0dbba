internal import Foundation
internal import Glibc

/// Where one session's files are.
package struct SessionFolder: Sendable, Hashable {
    package let path: String

    package var journal: String { path + "/journal.sqlite" }
    /// Files that cells made for the user.
    package var artifacts: String { path + "/artifacts" }
    /// Whole outputs of which a model saw a part.
    package var outputs: String { path + "/outputs" }
    /// What kernels may write to.
    package var work: String { path + "/work" }
    /// The saved working memory.
    package var memory: String { path + "/memory" }
    var lock: String { path + "/lock" }
    var ballast: String { path + "/ballast" }

    /// Makes the folder, readable by its owner alone. Throws `.alreadyExists` where anything has that name.
    func make() throws(StoreError) {
        guard mkdir(path, 0o700) == 0 else {
            guard errno != EEXIST else { throw StoreError(.alreadyExists, "\(path) exists already.") }
            throw StoreError(systemError: errno, doing: "make the folder \(path)")
        }
    }

    /// Throws `.notFound` where nothing is there and `.unsafeFolder` for anything but a folder, symbolic links included.
    func check() throws(StoreError) {
        try Self.check(path)
    }

    /// Makes what is missing inside; refuses what is there and no folder.
    func complete() throws(StoreError) {
        for folder in [artifacts, outputs, work] {
            if mkdir(folder, 0o700) != 0, errno != EEXIST {
                throw StoreError(systemError: errno, doing: "make the folder \(folder)")
            }
            try Self.check(folder)
        }
    }

    /// Blocks of the disk that the folder holds, in bytes; links are counted, never followed.
    func bytesOnDisk() -> Int {
        var blocks = 0
        let inside = FileManager.default.enumerator(atPath: path)
        var status = stat()
        while let name = inside?.nextObject() as? String {
            if lstat("\(path)/\(name)", &status) == 0 { blocks += Int(status.st_blocks) }
        }
        return blocks * 512
    }

    static func check(_ path: String) throws(StoreError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno != ENOENT else { throw StoreError(.notFound, "There is no folder \(path).") }
            throw StoreError(systemError: errno, doing: "look at \(path)")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.unsafeFolder, "\(path) is not a folder, or a link to one. Move it away.")
        }
    }
}
