internal import Foundation
internal import Glibc
internal import LatheVocabulary

/// Source, tests and fixtures of a proposal in a folder of their own, to be edited; kept until they are admitted or given up.
struct ReviewDraft: Sendable, Hashable {
    let folder: String
    let source: String
    let tests: String
    /// The folder of the files that the tests read; others may be put into it, and these be taken away.
    let fixtures: String

    /// What was made of them.
    struct Texts: Sendable, Hashable {
        var source: String
        var tests: String
        var fixtures: [String: [UInt8]]
    }

    private static let (mostBytes, mostFixtures) = (1 << 20, 50)

    /// Writes all files; nobody else can read the folder.
    init(_ item: ReviewItem, fixtures content: [String: [UInt8]]) throws(CommandFailure) {
        var template = Array((FileManager.default.temporaryDirectory.path + "/lathe-review-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandFailure(
                "no folder for the edit could be made in \(FileManager.default.temporaryDirectory.path): "
                    + String(cString: strerror(errno)))
        }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        source = "\(folder)/\(item.capability.name).py"
        tests = "\(folder)/test_\(item.capability.name).py"
        fixtures = "\(folder)/fixtures/\(item.capability.name)"
        try Self.write(Array(item.body.utf8), to: source)
        try Self.write(Array(item.tests.utf8), to: tests)
        do {
            try FileManager.default.createDirectory(atPath: fixtures, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure("\(fixtures) cannot be made: \(error.localizedDescription)")
        }
        for (name, bytes) in content { try Self.write(bytes, to: "\(fixtures)/\(name)") }
    }

    /// What an editor is given: source, tests, and those fixtures that are text, by name.
    func files(_ content: [String: [UInt8]]) -> [String] {
        let texts = content.filter { String(validating: $0.value, as: UTF8.self) != nil && !$0.value.contains(0) }
        return [source, tests] + texts.keys.sorted().map { "\(fixtures)/\($0)" }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// The files as they are now; tests that were deleted are none.
    func texts() throws(CommandFailure) -> Texts {
        let made = FileManager.default.fileExists(atPath: tests) ? try Self.text(tests) : ""
        return Texts(
            source: try Self.text(source), tests: made.allSatisfy(\.isWhitespace) ? "" : made,
            fixtures: try fixtureContents())
    }

    /// The fixtures as they are now, without what editors leave beside them.
    private func fixtureContents() throws(CommandFailure) -> [String: [UInt8]] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: fixtures)) ?? [])
            .filter { !$0.hasPrefix(".") && !$0.hasSuffix("~") && !$0.hasPrefix("#") }
        guard names.count <= Self.mostFixtures else {
            throw CommandFailure("\(fixtures) holds \(names.count) files; at most \(Self.mostFixtures)")
        }
        var found: [String: [UInt8]] = [:]
        for name in names { found[name] = [UInt8](try Self.content("\(fixtures)/\(name)")) }
        return found
    }

    private static func text(_ path: String) throws(CommandFailure) -> String {
        guard let text = String(data: try content(path), encoding: .utf8) else {
            throw CommandFailure("\(path) is not UTF-8")
        }
        return text
    }

    private static func content(_ path: String) throws(CommandFailure) -> Data {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure("\(path) is not there any more, or cannot be read")
        }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: mostBytes + 1) ?? Data(), data.count <= mostBytes else {
            throw CommandFailure("\(path) is no file of at most 1 MiB")
        }
        return data
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
