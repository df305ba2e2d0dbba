internal import Foundation
internal import LatheVocabulary

/// The agents that come with lathe: files of the same form as a library's, read by the same reader. Sessions cannot change them.
struct BuiltIns: Sendable {
    /// Laid out as a library, with `agents/` alone.
    let folder: String
    let reader: LibraryReader

    /// Whether one of the name comes with lathe. Looks at the disk, cheaply.
    func has(_ kind: Capability.Kind, _ name: String) -> Bool {
        kind == .agent && names.contains(name)
    }

    /// Whether one of the name comes with lathe and nobody else's may have it, since forms of lathe's own rely on it. Of the others
    /// the library's own goes first.
    func reserves(_ kind: Capability.Kind, _ name: String) -> Bool { has(kind, name) && Self.reserved.contains(name) }

    private static let reserved: Set<String> = [
        "function_writer", "agent_writer", "roundtable_expert", "roundtable_synthesiser", "synthesiser",
    ]

    /// All of them, read anew. Blocks.
    func all() throws(LibraryError) -> [ReadCapability] { try reader.index(folder) }

    private var names: Set<String> {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/agents")) ?? []
        return Set(files.filter { $0.hasSuffix(".py") }.map { String($0.dropLast(3)) })
    }

    /// Its source, where it is the one that its block was written for. Blocks.
    func served(_ kind: Capability.Kind, _ name: CapabilityName) throws(LibraryError) -> ServedCapability {
        let found = try reader.index(folder).first {
            $0.capability.kind == kind && $0.capability.name == name.description
        }
        guard let found, let bytes = FileManager.default.contents(atPath: "\(folder)/agents/\(name.file)"),
            try SHA256.of(Array(bytes)) == found.fileSHA256, let text = String(validating: bytes, as: UTF8.self)
        else { throw LibraryError(.notFound, "There is no \(kind.rawValue) \(name) that comes with lathe.") }
        if let problem = found.capability.problems.first {
            throw LibraryError(
                .refused,
                "The \(kind.rawValue) \(name) of lathe itself cannot be used: \(problem). Install lathe again.")
        }
        return ServedCapability(
            kind: kind, name: name.description, version: found.capability.version, status: .approved,
            path: "built-in/agents/\(name.file)", sha256: found.capability.sha256, source: text)
    }
}
