internal import Foundation
internal import LatheScreens

/// A file that an export writes, and the folder of figures beside it. Nothing half-written is ever seen under its name.
struct ExportTarget: Sendable {
    /// Absolute.
    let path: String
    let replacing: ExportOptions.Replacing

    var folder: String { URL(fileURLWithPath: path).deletingLastPathComponent().path }

    /// `NAME_files`, as nbconvert calls it.
    var filesName: String { URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent + "_files" }
    var filesFolder: String { folder + "/" + filesName }

    /// Refuses a name that is taken, unless it may be replaced, before anything is made.
    func check() throws(CommandFailure) {
        guard isFolder(folder) else {
            throw CommandFailure("\(folder): there is no such folder; make it, or name another with --output")
        }
        guard !isFolder(path) else { throw CommandFailure("\(path) is a folder; name a file with --output") }
        guard replacing == .allowed || !exists(path) else { throw taken(path) }
    }

    func write(_ content: ExportedContent) throws(CommandFailure) {
        if !content.copies.isEmpty {
            if replacing == .refused, exists(filesFolder) { throw taken(filesFolder) }
            try make(filesFolder)
            for copy in content.copies {
                try place(at: filesFolder + "/" + copy.name) { temporary in
                    try FileManager.default.copyItem(atPath: copy.from, toPath: temporary)
                }
            }
        }
        try place(at: path) { temporary in
            try Data(content.text.utf8).write(to: URL(fileURLWithPath: temporary), options: .withoutOverwriting)
        }
    }

    /// Has a file made beside `path` and gives it that name in one step.
    private func place(at path: String, _ make: (String) throws -> Void) throws(CommandFailure) {
        let temporary = "\(path).\(UInt32.random(in: 0...UInt32.max)).part"
        defer { unlink(temporary) }
        do {
            try make(temporary)
        } catch {
            throw CommandFailure("\(path) cannot be written: \((error as NSError).localizedDescription)")
        }
        if replacing == .refused {
            // A link is made only where nothing has the name; some file systems have none.
            if link(temporary, path) == 0 { return }
            if errno == EEXIST { throw taken(path) }
        }
        guard replacing == .allowed || !exists(path) else { throw taken(path) }
        guard rename(temporary, path) == 0 else {
            throw CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private func make(_ folder: String) throws(CommandFailure) {
        guard mkdir(folder, 0o777) == 0 || (errno == EEXIST && isFolder(folder)) else {
            throw CommandFailure("the folder \(folder) cannot be made: \(String(cString: strerror(errno)))")
        }
    }

    private func taken(_ path: String) -> CommandFailure {
        CommandFailure("\(path) is there already; name another file with --output, or replace it with --force")
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
