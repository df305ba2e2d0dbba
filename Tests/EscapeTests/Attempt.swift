import Foundation
import LatheVocabulary

/// One file of `sandbox/escapes`: what is tried, and how it must be denied.
///
/// The header is the file's docstring: a sentence, then lines `Denial:` (exception types, `KernelDied`, `interrupted`, or
/// `bounded` for what may run but must harm nobody), `Roles:` (both where it is missing), `Afterwards: dead kernel`, `Begun: as a
/// step of a plan` for a subtask that is one, and
/// `Succeeds:` with the reason where it is known to succeed today; `Succeeds as an ordinary user:` where it does so when kernels
/// run as lathe's own user, which they do not as root.
struct Attempt: Sendable, CustomStringConvertible {
    let name: String
    let code: String
    let denials: [String]
    let roles: [KernelRole]
    let leavesDeadKernel: Bool
    /// Whether the subtask that tries it is a step of a plan.
    let isStep: Bool
    let succeeds: String?

    var description: String { name }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "sandbox/escapes")

    /// Those that act on one kernel, or of the folder below that acts on agents.
    static func all(in part: String = "") throws -> [Attempt] {
        let folder = part.isEmpty ? folder : folder.appending(path: part)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .filter { $0.hasSuffix(".py") && !$0.hasPrefix("_") }
            .map { try Attempt(file: folder.appending(path: $0)) }
    }

    private init(file: URL) throws {
        name = file.deletingPathExtension().lastPathComponent
        code = try String(contentsOf: file, encoding: .utf8)
        let header = code.components(separatedBy: "\"\"\"").dropFirst().first ?? ""
        func field(_ name: String) -> String? {
            header.split(separator: "\n").first { $0.hasPrefix(name + ": ") }.map {
                String($0.dropFirst(name.count + 2))
            }
        }
        func list(_ text: String) -> [String] { text.components(separatedBy: ", ") }
        denials = field("Denial").map(list) ?? []
        roles = field("Roles").map { list($0).compactMap(KernelRole.init(rawValue:)) } ?? [.session, .subtask]
        leavesDeadKernel = field("Afterwards") == "dead kernel"
        isStep = field("Begun") == "as a step of a plan"
        succeeds = field("Succeeds") ?? (geteuid() == 0 ? nil : field("Succeeds as an ordinary user"))
    }

    /// Nil where the result is one of the denials; else what happened instead.
    func objection(to result: CellResult) -> String? {
        let got =
            switch result.status {
            case .ok: "bounded"
            case .interrupted: "interrupted"
            case .died: "KernelDied"
            case .error: result.failure?.type ?? "error"
            }
        guard !denials.contains(got) else { return nil }
        let words = result.failure.map { "\($0.type): \($0.message)\n\($0.traceback)" } ?? ""
        return
            "ended as \(got), not as \(denials.joined(separator: " or ")). \(words) \(result.stderr.head.suffix(500))"
    }
}
