internal import Foundation
internal import Glibc
internal import LatheVocabulary

/// Source and tests of a proposal in a folder of their own, to be edited; kept until they are admitted or given up.
struct ReviewDraft: Sendable, Hashable {
    let folder: String
    let source: String
    let tests: String

    /// What was made of them.
    struct Texts: Sendable, Hashable {
        var source: String
        var tests: String
    }

    private static let mostBytes = 1 << 20

    /// Writes both files; nobody else can read the folder.
    init(_ item: ReviewItem) throws(CommandFailure) {
        var template = Array((FileManager.default.temporaryDirectory.path + "/lathe-review-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandFailure(
                "no folder for the edit could be made in \(FileManager.default.temporaryDirectory.path): "
                    + String(cString: strerror(errno)))
        }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        source = "\(folder)/\(item.capability.name).py"
        tests = "\(folder)/test_\(item.capability.name).py"
        try Self.write(item.body, to: source)
        try Self.write(item.tests, to: tests)
    }

    private static func write(_ text: String, to path: String) throws(CommandFailure) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// The files as they are now; tests that were deleted are none.
    func texts() throws(CommandFailure) -> Texts {
        let made = FileManager.default.fileExists(atPath: tests) ? try Self.text(tests) : ""
        return Texts(source: try Self.text(source), tests: made.allSatisfy(\.isWhitespace) ? "" : made)
    }

    private static func text(_ path: String) throws(CommandFailure) -> String {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure("\(path) is not there any more, or cannot be read")
        }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: mostBytes + 1) ?? Data(), data.count <= mostBytes,
            let text = String(data: data, encoding: .utf8)
        else { throw CommandFailure("\(path) is not UTF-8 of at most 1 MiB") }
        return text
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
