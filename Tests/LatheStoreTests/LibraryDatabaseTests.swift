import Foundation
import LatheVocabulary
import Testing

@testable import LatheStore

/// The library's journal on disk.
struct LibraryDatabaseTests {
    private func event(_ action: LibraryEvent.Action, _ name: String = "f") -> LibraryEvent {
        LibraryEvent(
            action, kind: .function, name: name, version: 2, sha256: "aa", testsSHA256: "bb", reviewer: "Ada",
            session: "s", reason: "why \"so\"", report: AdmissionReport(imports: ["json"]))
    }

    @Test func `events and sources are kept in order, for every program that asks`() async throws {
        try await withScratch { folder in
            let one = LibraryDatabase(folder: folder + "/.lathe")
            #expect(try one.events(after: 0).isEmpty)
            #expect(try one.source("aa") == nil)
            #expect(!FileManager.default.fileExists(atPath: folder + "/.lathe"))
            try one.record(event(.proposed), source: "x = 1\n")
            let other = LibraryDatabase(folder: folder + "/.lathe")
            try other.record(event(.approved), source: "x = 1\n")
            let events = try one.events(after: 0)
            #expect(events.map(\.action) == [.proposed, .approved])
            #expect(events.map(\.sequence) == [1, 2])
            var first = events[0]
            (first.sequence, first.time) = (0, 0)
            #expect(first == event(.proposed))
            #expect(events[0].time > 1_700_000_000)
            #expect(try other.events(after: 1) == [events[1]])
            #expect(try other.source("aa") == "x = 1\n")
        }
    }

    @Test func `several programs write at once and nothing is lost`() async throws {
        try await withScratch { folder in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        let database = LibraryDatabase(folder: folder + "/.lathe")
                        for number in 0..<5 {
                            try database.record(event(.proposed, "f\(writer)_\(number)"), source: nil)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let names = try LibraryDatabase(folder: folder + "/.lathe").events(after: 0).map(\.name)
            #expect(Set(names).count == 30)
        }
    }

    @Test func `a file of something else or of a newer lathe is left alone and named`() async throws {
        try await withScratch { folder in
            try Data("not a database at all, but long enough to be one".utf8)
                .write(to: URL(fileURLWithPath: folder + "/library.db"))
            let error = #expect(throws: LibraryError.self) {
                try LibraryDatabase(folder: folder).record(event(.proposed), source: nil)
            }
            #expect(error?.reason.contains("library.db") == true)
        }
        try await withScratch { folder in
            try LibraryDatabase(folder: folder).record(event(.proposed), source: nil)
            let path = try #require(realpath(folder + "/library.db", nil).map { String(cString: $0) })
            try SQLiteConnection(path: path, mode: .readWrite).execute("PRAGMA user_version = 99")
            let error = #expect(throws: LibraryError.self) { _ = try LibraryDatabase(folder: folder).events(after: 0) }
            #expect(error?.reason.contains("newer lathe") == true)
        }
    }

    @Test func `uses are added up by version and session, each event of a session once`() async throws {
        func use(
            _ session: String, _ sequence: Int, began: Double = 5, sha256: String = "aa", calls: Int = 1,
            excused: Int = 0, errors: [String: Int] = [:]
        ) -> SessionUse {
            let failures = errors.values.reduce(0, +)
            let use = CapabilityUse(
                kind: .function, name: "f", sha256: sha256, calls: calls, excused: excused, failures: failures,
                errors: errors, seconds: Double(calls), longest: 1)
            return SessionUse(use, session: session, began: began, sequence: sequence, time: Double(sequence))
        }
        try await withScratch { folder in
            let library = LibraryDatabase(folder: folder)
            #expect(try library.totals().isEmpty)
            let first = [
                use("s", 3, calls: 4, errors: ["KeyError": 3]), use("s", 3, sha256: "bb"), use("t", 3, calls: 2),
            ]
            #expect(try library.add(first) == first)
            // Another program, another session of the same name, and what was there already.
            let again = LibraryDatabase(folder: folder)
            let more = [use("s", 3, began: 6, errors: ["KeyError": 1]), use("s", 9, calls: 2, excused: 2)]
            #expect(try again.add(first + more + first) == more)
            try library.record(event(.approved), source: nil)
            let last = use("u", 2, errors: ["OSError": 1])
            #expect(try library.add([last]) == [last])
            let subject = CapabilityUse.Subject(kind: .function, name: "f", sha256: "aa")
            var total = UseTotal(
                subject: subject, tally: UseTally(calls: 10, excused: 2, failures: 5),
                errors: ["KeyError": 4, "OSError": 1], seconds: 10, longest: 1, sessions: 4, helped: 2, last: 9)
            #expect(try again.totals().first { $0.subject == subject } == total)
            total = UseTotal(
                subject: .init(kind: .function, name: "f", sha256: "bb"), tally: UseTally(calls: 1), seconds: 1,
                longest: 1, sessions: 1, helped: 1, last: 3)
            #expect(try again.totals().first { $0.subject != subject } == total)
            let tallies = try again.sessions(using: subject, after: 0, atMost: 3)
            #expect(
                tallies == [
                    UseTally(calls: 1, failures: 1), UseTally(calls: 6, excused: 2, failures: 3),
                    UseTally(calls: 1, failures: 1),
                ])
            #expect(try again.sessions(using: subject, after: 1, atMost: 9) == [UseTally(calls: 1, failures: 1)])
        }
    }

    @Test func `what is written cannot be changed or deleted`() async throws {
        try await withScratch { folder in
            let library = LibraryDatabase(folder: folder)
            try library.record(event(.proposed), source: "x")
            let use = CapabilityUse(kind: .agent, name: "a", sha256: "aa", calls: 1)
            _ = try library.add([SessionUse(use, session: "s", began: 1, sequence: 1, time: 1)])
            let path = try #require(realpath(folder + "/library.db", nil).map { String(cString: $0) })
            let connection = try SQLiteConnection(path: path, mode: .readWrite)
            for sql in [
                "DELETE FROM event", "UPDATE event SET time = 0", "DELETE FROM source", "UPDATE source SET data = ''",
                "DELETE FROM use", "UPDATE use SET failures = 9",
            ] {
                #expect(throws: JournalError.self) { try connection.execute(sql) }
            }
        }
    }
}
