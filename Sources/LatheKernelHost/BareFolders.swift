private import Foundation
private import Glibc

/// The folders of a session whose kernels run without a sandbox, made fit for them and put right at the end.
///
/// Temporary files are on disk then; what an earlier run left that was killed is removed first. Started by root, kernels run as
/// another user, who must be able to walk to the session's folder: it, and the folders of sessions around it, may be passed
/// through, not listed, while the session is open.
struct BareFolders: Sendable {
    private let temporary: String
    private let opened: [(path: String, mode: mode_t)]

    init(session: String) {
        temporary = session + "/tmp"
        try? FileManager.default.removeItem(atPath: temporary)
        guard geteuid() == 0 else {
            opened = []
            return
        }
        let around = session.split(separator: "/").map(String.init)
        let paths = (0..<min(3, around.count)).map { "/" + around.dropLast($0).joined(separator: "/") }
        opened = paths.enumerated().compactMap { index, path in
            var status = stat()
            let isOurs = index == 0 || path.hasSuffix("/sessions") || path.hasSuffix("/.lathe")
            guard isOurs, stat(path, &status) == 0, status.st_mode & 0o001 == 0 else { return nil }
            let mode = status.st_mode & 0o7777
            return chmod(path, mode | 0o001) == 0 ? (path, mode) : nil
        }
    }

    func close() {
        try? FileManager.default.removeItem(atPath: temporary)
        for folder in opened { _ = chmod(folder.path, folder.mode) }
    }
}
