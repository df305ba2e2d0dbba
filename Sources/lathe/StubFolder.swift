internal import Foundation

/// The package of stub files in a folder of the user's: files of our own making, known by their first line, and nobody else's.
struct StubFolder: Sendable {
    let path: String
    /// The first line of each file of ours.
    let mark: String

    /// What is different from the files as they should be, by paths below the folder.
    struct Difference: Sendable, Hashable {
        var missing: [String] = []
        var changed: [String] = []
        /// Ours, of servers that are there no more.
        var stale: [String] = []
        /// In the way, and not ours.
        var foreign: [String] = []

        var isEmpty: Bool { missing.isEmpty && changed.isEmpty && stale.isEmpty && foreign.isEmpty }
    }

    func difference(from files: [String: String]) -> Difference {
        var difference = Difference()
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            switch content(name) {
            case nil where FileManager.default.fileExists(atPath: "\(path)/\(name)"): difference.foreign.append(name)
            case nil: difference.missing.append(name)
            case text: break
            case .some(let there) where isOurs(there): difference.changed.append(name)
            case .some: difference.foreign.append(name)
            }
        }
        let there = (try? FileManager.default.contentsOfDirectory(atPath: path + "/lathe/tools")) ?? []
        for name in there.filter({ $0.hasSuffix(".pyi") }).map({ "lathe/tools/" + $0 }).sorted()
        where files[name] == nil && content(name).map(isOurs) == true {
            difference.stale.append(name)
        }
        return difference
    }

    /// Writes all files beside their places first, so that a full disk or a folder that cannot be written leaves those that
    /// are there as they were; then puts each in its place and removes stale ones.
    func put(_ files: [String: String], _ difference: Difference) throws(CommandFailure) {
        guard difference.foreign.isEmpty else {
            let names = difference.foreign.joined(separator: ", ")
            throw CommandFailure(
                "\(path) has files that lathe did not make: \(names). Nothing was written; remove them, or name another folder."
            )
        }
        let staging = "\(path)/.lathe-stubs-\(ProcessInfo.processInfo.processIdentifier)"
        let manager = FileManager.default
        defer { try? manager.removeItem(atPath: staging) }
        do {
            try manager.createDirectory(atPath: path + "/lathe/tools", withIntermediateDirectories: true)
            try manager.createDirectory(atPath: staging + "/lathe/tools", withIntermediateDirectories: true)
            let names = difference.missing + difference.changed
            for name in names {
                try Data((files[name] ?? "").utf8).write(to: URL(fileURLWithPath: "\(staging)/\(name)"))
            }
            for name in names { try move("\(staging)/\(name)", to: "\(path)/\(name)") }
            for name in difference.stale { try manager.removeItem(atPath: "\(path)/\(name)") }
        } catch {
            throw CommandFailure("the stubs in \(path) cannot be written: \(error.localizedDescription)")
        }
    }

    private func move(_ from: String, to: String) throws {
        guard rename(from, to) == 0 else {
            throw CommandFailure("\(to) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private func isOurs(_ text: String) -> Bool { text.hasPrefix(mark + "\n") }

    /// Nil where there is no such file, or it is no text.
    private func content(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(path)/\(name)").flatMap { String(data: $0, encoding: .utf8) }
    }
}
