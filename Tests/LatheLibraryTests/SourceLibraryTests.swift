import Foundation
import Glibc
import LatheVocabulary
import Testing

@testable import LatheLibrary

/// The library over real files and the real reader.
struct SourceLibraryTests {
    static let reader = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("python/lathe_library").path

    private static let function = """
        import pandas as pd

        def delay_profile(flights: pd.DataFrame) -> dict[str, float]:
            \"\"\"Return the mean delay of each carrier in minutes.\"\"\"
            return flights.groupby("carrier")["dep_delay"].mean().to_dict()
        """

    private static let agent = """
        \"\"\"Examines the flights of one carrier.\"\"\"

        INSTRUCTIONS = "Look at `flights` and say what makes them late."
        RETURNS = {"type": "object", "properties": {"mean": {"type": "number"}}, "required": ["mean"]}

        def check(result: dict[str, float]) -> None:
            \"\"\"Refuse a negative mean.\"\"\"
        """

    private func library(_ folder: String) -> SourceLibrary {
        SourceLibrary(folder: folder + "/generated-capabilities", python: "/usr/bin/python3", reader: Self.reader)
    }

    private func proposal(
        _ kind: Capability.Kind = .function, _ name: String = "delay_profile", _ source: String = function,
        session: String = "s1"
    ) -> CapabilityProposal {
        CapabilityProposal(kind: kind, name: name, source: source, session: session, model: "m \"quoted\"")
    }

    private func files(_ folder: String) -> [String] {
        (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).sorted()
    }

    @Test func `a saved function is listed, found and read as it was given`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            let empty = try await library.list()
            #expect(empty.isEmpty)
            let saved = try await library.save(proposal())
            let expected = Capability(
                kind: .function, name: "delay_profile", path: "proposed/functions/delay_profile.py",
                signature: "delay_profile(flights: pd.DataFrame) -> dict[str, float]",
                summary: "Return the mean delay of each carrier in minutes.", status: .proposed,
                created: saved.capability.created, session: "s1", model: "m \"quoted\"",
                sha256: saved.capability.sha256)
            #expect(saved == SavedCapability(capability: expected, replaced: false))
            #expect(expected.created.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil)
            #expect(expected.sha256.count == 64)
            #expect(try await library.list() == [expected])
            // Another program reads the same from the files alone.
            #expect(try await self.library(folder).list() == [expected])
            let source = try await library.source(of: .function, named: "delay_profile")
            #expect(source.hasPrefix("# /// script\n"))
            #expect(source.contains("# dependencies = [\"pandas\"]"))
            #expect(source.hasSuffix(Self.function + "\n"))
        }
    }

    @Test func `a saved agent comes back with its instructions and schema`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            _ = try await library.save(proposal(.agent, "carrier_analyst", Self.agent))
            let agent = try await library.agent(named: "carrier_analyst", for: "s1")
            let returns: JSONValue = [
                "type": "object", "properties": ["mean": ["type": "number"]], "required": ["mean"],
            ]
            #expect(
                agent
                    == Agent(
                        name: "carrier_analyst", instructions: "Look at `flights` and say what makes them late.",
                        returns: returns, isSaved: true, sha256: try await library.list()[0].sha256))
        }
    }

    @Test func `the session that proposed a function may replace it, and no other`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            let first = try await library.save(proposal())
            let changed = Self.function.replacing("mean delay", with: "average delay")
            let second = try await library.save(proposal(.function, "delay_profile", changed))
            #expect(second.replaced)
            #expect(second.capability.sha256 != first.capability.sha256)
            #expect(second.capability.summary.contains("average delay"))

            let other = await #expect(throws: LibraryError.self) {
                _ = try await library.save(proposal(session: "s2"))
            }
            #expect(other?.code == .nameTaken)
            #expect(other?.reason.contains("session s1") == true)

            let path = folder + "/generated-capabilities/proposed/functions/delay_profile.py"
            let asked = try String(contentsOfFile: path, encoding: .utf8)
                .replacing("status = \"proposed\"", with: "status = \"changes_asked\"")
            try asked.write(toFile: path, atomically: false, encoding: .utf8)
            #expect(try await library.save(proposal(session: "s2")).replaced)
        }
    }

    @Test func `a later version waits beside the approved one, which stays as it is`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            _ = try await library.save(proposal())
            let root = folder + "/generated-capabilities"
            try FileManager.default.createDirectory(atPath: root + "/functions", withIntermediateDirectories: true)
            let approved = try String(contentsOfFile: root + "/proposed/functions/delay_profile.py", encoding: .utf8)
                .replacing("status = \"proposed\"", with: "status = \"approved\"")
            let path = root + "/functions/delay_profile.py"
            try approved.write(toFile: path, atomically: false, encoding: .utf8)
            unlink(root + "/proposed/functions/delay_profile.py")
            let later = try await library.save(proposal(session: "s9"))
            #expect(later.capability.version == 2)
            #expect(later.capability.status == .proposed)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == approved)
            #expect(try await library.list().map(\.status) == [.approved, .proposed])
            #expect(try await library.source(of: .function, named: "delay_profile") == approved)

            try approved.replacing("mean", with: "median").write(toFile: path, atomically: false, encoding: .utf8)
            let changed = try await library.list()[0]
            #expect(changed.status == .changed)
            #expect(changed.problems.joined().contains("its source is not the one"))

            let other = await #expect(throws: LibraryError.self) {
                _ = try await library.save(proposal(.agent, "delay_profile", Self.agent))
            }
            #expect(other?.code == .nameTaken)
        }
    }

    @Test(arguments: [
        "sum", "json", "find", "d\u{0435}lay", "../evil", "a/b", "/etc/passwd", ".hidden", "", "x", "Camel", "a.b",
        "a\0b", "test_x", "conftest", "class",
    ])
    func `a name that is no plain name is refused and nothing is made`(name: String) async throws {
        try await withScratch { folder in
            let library = library(folder)
            let source = Self.function.replacing("delay_profile", with: name)
            let error = await #expect(throws: LibraryError.self) {
                _ = try await library.save(proposal(.function, name, source))
            }
            #expect(error?.code == .refused)
            #expect(self.files(folder).isEmpty)
            await #expect(throws: LibraryError.self) { _ = try await library.source(of: .agent, named: name) }
        }
    }

    @Test(arguments: [
        ("def delay_profile(x: int) -> int:\n  return (", "not valid Python"),
        ("def delay_profile(x):\n    \"\"\"Return x.\"\"\"\n    return x\n", "type hints"),
        ("def delay_profile(x: int) -> int:\n    return x\n", "docstring"),
        ("def other(x: int) -> int:\n    \"\"\"Return x.\"\"\"\n    return x\n", "other"),
        ("import os\nos.system('touch ran')\n", "line 2"),
        ("(" + String(repeating: "(", count: 50_000), "Python"),
        (String(repeating: "#", count: 300 << 10), "KiB"),
    ])
    func `a source that is no capability is refused with its mend, and nothing is made`(
        source: String, reason: String
    ) async throws {
        try await withScratch { folder in
            let library = library(folder)
            let error = await #expect(throws: LibraryError.self) {
                _ = try await library.save(proposal(.function, "delay_profile", source))
            }
            #expect(error?.code == .refused)
            #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
            #expect(self.files(folder).isEmpty)
        }
    }

    @Test func `links in the library are never followed`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            let outside = folder + "/outside"
            try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
            let functions = folder + "/generated-capabilities/proposed/functions"
            try FileManager.default.createDirectory(atPath: functions, withIntermediateDirectories: true)

            try "secret".write(toFile: outside + "/secret", atomically: false, encoding: .utf8)
            symlink(outside + "/secret", functions + "/delay_profile.py")
            let overwriting = await #expect(throws: LibraryError.self) { _ = try await library.save(proposal()) }
            #expect(overwriting?.code == .refused)
            let listed = try await library.list()
            #expect(listed.map(\.problems.isEmpty) == [false])
            await #expect(throws: LibraryError.self) {
                _ = try await library.source(of: .function, named: "delay_profile")
            }

            unlink(functions + "/delay_profile.py")
            try FileManager.default.removeItem(atPath: functions)
            symlink(outside, functions)
            let linked = await #expect(throws: LibraryError.self) { _ = try await library.save(proposal()) }
            #expect(linked?.code == .refused)
            await #expect(throws: LibraryError.self) { _ = try await library.list() }
            #expect(self.files(outside) == ["secret"])
            #expect(try String(contentsOfFile: outside + "/secret", encoding: .utf8) == "secret")
        }
    }

    @Test func `eight sessions that save one name at once leave one whole file`() async throws {
        try await withScratch { folder in
            let path = folder
            let outcomes = await withTaskGroup(of: LibraryError.Code?.self) { group in
                for session in 0..<8 {
                    group.addTask {
                        do throws(LibraryError) {
                            _ = try await self.library(path).save(self.proposal(session: "s\(session)"))
                            return nil
                        } catch {
                            return error.code
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 1)
            #expect(outcomes.count { $0 == .nameTaken } == 7)
            #expect(self.files(folder + "/generated-capabilities/proposed/functions") == ["delay_profile.py"])
            let listed = try await self.library(folder).list()
            #expect(listed.map(\.problems) == [[]])
        }
    }

    @Test func `what is not there, and what is broken, is said`() async throws {
        try await withScratch { folder in
            let library = library(folder)
            let missing = await #expect(throws: LibraryError.self) {
                _ = try await library.agent(named: "nobody", for: "s1")
            }
            #expect(missing?.code == .notFound)
            _ = try await library.save(proposal(.agent, "broken", Self.agent))
            let path = folder + "/generated-capabilities/proposed/agents/broken.py"
            try String(contentsOfFile: path, encoding: .utf8).replacing("RETURNS", with: "RETURN")
                .write(toFile: path, atomically: false, encoding: .utf8)
            let refused = await #expect(throws: LibraryError.self) {
                _ = try await library.agent(named: "broken", for: "s1")
            }
            #expect(refused?.code == .refused)
            #expect(refused?.reason.contains("RETURNS") == true)
        }
    }

    @Test func `a list of two hundred is read once and asked for often`() async throws {
        try await withScratch { folder in
            // The reader, which writes down each of its starts.
            let (package, starts) = (folder + "/reader/lathe_library", folder + "/starts")
            try FileManager.default.createDirectory(atPath: folder + "/reader", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: Self.reader, toPath: package)
            let main = try String(contentsOfFile: package + "/__main__.py", encoding: .utf8)
            try "open('\(starts)', 'a').write('.')\n\(main)"
                .write(toFile: package + "/__main__.py", atomically: false, encoding: .utf8)
            let library = SourceLibrary(
                folder: folder + "/generated-capabilities", python: "/usr/bin/python3", reader: package)
            _ = try await library.save(proposal())
            let functions = folder + "/generated-capabilities/proposed/functions"
            let text = try String(contentsOfFile: functions + "/delay_profile.py", encoding: .utf8)
            for number in 0..<199 {
                try text.replacing("delay_profile", with: "delay_\(number)")
                    .write(toFile: functions + "/delay_\(number).py", atomically: false, encoding: .utf8)
            }
            func reads() throws -> Int { try String(contentsOfFile: starts, encoding: .utf8).count }
            let before = try reads()
            for _ in 0..<3 { #expect(try await library.list().count == 200) }
            #expect(try reads() == before + 1)
            unlink(functions + "/delay_7.py")
            #expect(try await library.list().count == 199)
            #expect(try reads() == before + 2)
        }
    }
}
