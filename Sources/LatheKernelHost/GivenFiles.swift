private import CSandbox
private import Glibc
internal import LatheWire

/// Files of the session's folder that are handed to kernels: they can read them and change nothing of them, mode and times
/// included, whosever files they are ([why](docs/decisions/0043-handed-files-come-through-a-read-only-view.md)).
///
/// Where this machine has no way to a read-only view they are handed over as lathe opens them, for reading: a kernel of the same user
/// may then change their mode. `lathe doctor` says so. Seen by one thread at a time.
final class GivenFiles {
    private let folder: String
    /// Nil before it is first needed; -1 inside where it cannot be had.
    private var view: OwnedDescriptor?

    /// - Parameter folder: absolute path of the session's folder.
    init(folder: String) { self.folder = folder }

    /// A file by its path below the session's folder; nil where it is not there or no regular file.
    func open(_ path: String) -> OwnedDescriptor? {
        let opened =
            if let view = readOnly() {
                lathe_open_in_view(view.raw, path)
            } else {
                lathe_open_regular("\(folder)/\(path)")
            }
        return opened >= 0 ? OwnedDescriptor(opened) : nil
    }

    /// The same file as an open one; nil where no descriptors are left. One that lies elsewhere is duplicated as it is.
    func again(_ descriptor: Int32) -> OwnedDescriptor? {
        if let path = path(of: descriptor), let same = open(path),
            FileIdentity.of(same.raw)?.file == FileIdentity.of(descriptor)?.file
        {
            return same
        }
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        return copy >= 0 ? OwnedDescriptor(copy) : nil
    }

    private func readOnly() -> OwnedDescriptor? {
        let view = view ?? OwnedDescriptor(lathe_read_only_view(folder))
        self.view = view
        return view.raw >= 0 ? view : nil
    }

    /// Below the folder, by what Linux calls it now; nil for any other file.
    private func path(of descriptor: Int32) -> String? {
        guard let path = Self.target("/proc/self/fd/\(descriptor)"), let real = realpath(folder, nil) else {
            return nil
        }
        defer { free(real) }
        let root = String(cString: real) + "/"
        return path.hasPrefix(root) ? String(path.dropFirst(root.count)) : nil
    }

    private static func target(_ link: String) -> String? {
        var name = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = name.withUnsafeMutableBytes { bytes -> Int in
            guard let base = bytes.bindMemory(to: CChar.self).baseAddress else { return -1 }
            return readlink(link, base, bytes.count)
        }
        return length > 0 ? String(decoding: name.prefix(length), as: UTF8.self) : nil
    }
}
