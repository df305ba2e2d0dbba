import Foundation
import LatheVocabulary
import Testing

@testable import LatheStore

/// What requests repeat is stored once, and comes back as it was.
struct BodyTests {
    /// The requests of a conversation in which each turn adds a cell and what it printed.
    private func requests(_ turns: Int) -> [EventBody] {
        var messages = [Message(.user, [.text("Why late? " + String(repeating: "x", count: 500))])]
        return (1...turns).map { turn in
            let request = ModelRequest(
                place: .coordinator, turn: turn, system: String(repeating: "s", count: 2_000), messages: messages,
                state: "<state>turn \(turn)</state>")
            messages.append(Message(.assistant, [.call(id: "\(turn)", code: "x = \(turn)")]))
            let printed = String(repeating: "\(turn) ", count: 400)
            messages.append(Message(.user, [.callResult(id: "\(turn)", text: printed, isError: false)]))
            return .turnStarted(TurnStarted(turn: turn, model: "m", request: request))
        }
    }

    private func bytes(_ journal: String) throws -> Int {
        let connection = try SQLiteConnection(path: journal, mode: .readOnly)
        let events = try connection.integer("SELECT sum(length(data)) FROM event") ?? 0
        return events + (try connection.integer("SELECT sum(length(data)) FROM body") ?? 0)
    }

    private func written(_ turns: Int, in folder: String) async throws -> (path: String, events: [Event]) {
        let session = try await SessionStore(folder: folder).create("turns-\(turns)")
        var events: [Event] = []
        for body in requests(turns) { events.append(try await session.journal.append(body, at: .coordinator)) }
        #expect(try await session.journal.events(after: 0) == events)
        try await session.close()
        return (session.folder.journal, events)
    }

    @Test func `a conversation of twice the turns takes twice the room, and is read as it was`() async throws {
        try await withScratch { folder in
            let short = try await written(20, in: folder)
            let long = try await written(40, in: folder)
            let ratio = Double(try bytes(long.path)) / Double(try bytes(short.path))
            #expect(ratio < 2.2, "\(ratio)")
            let read = try await SessionStore(folder: folder).read("turns-40").journal.events(after: 0)
            #expect(read == long.events)
            let check = try await SessionStore(folder: folder).read("turns-40").journal.check()
            #expect(check == JournalCheck(events: 40, bodies: 80, problems: []))
        }
    }

    @Test func `two agents that are told the same share its text`() async throws {
        try await withScratch { folder in
            let session = try await SessionStore(folder: folder).create("s")
            for label in ["UA", "AA"] {
                for body in requests(1) { _ = try await session.journal.append(body, at: .coordinator.child(label)) }
            }
            try await session.close()
            #expect(try await SessionStore(folder: folder).read("s").journal.check().bodies == 2)
        }
    }

    @Test func `a body that was changed or is missing is named, and so is the event that needs it`() async throws {
        try await withScratch { folder in
            let path = try await written(3, in: folder).path
            let connection = try SQLiteConnection(path: path, mode: .readWrite)
            #expect(throws: JournalError.self) { try connection.execute("DELETE FROM body") }
            #expect(throws: JournalError.self) { try connection.execute("UPDATE body SET data = ''") }
            try connection.execute("DROP TRIGGER body_is_kept; DROP TRIGGER body_is_unchanged")
            try connection.execute("UPDATE body SET data = data || ' ' WHERE data LIKE '%x = 1%'")
            let reader = try await SessionStore(folder: folder).read("turns-3").journal
            #expect(try await reader.check().problems.map { $0.contains("is not what was written") } == [true])
            try connection.execute("DELETE FROM body WHERE data LIKE '%x = 1%'")
            let problems = try await reader.check().problems
            #expect(problems.count == 2)
            #expect(problems.allSatisfy { $0.contains("refers to the body sha256:") })
            let error = await #expect(throws: JournalError.self) { _ = try await reader.events(after: 0) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test func `requests are read without their texts where those are not wanted`() async throws {
        try await withScratch { folder in
            _ = try await written(4, in: folder)
            let journal = try await SessionStore(folder: folder).read("turns-4").journal
            func messages(_ events: [Event]) -> [Int] {
                events.map { event in
                    guard case .turnStarted(let started) = event.body else { return -1 }
                    #expect(started.request.system.isEmpty == started.request.messages.isEmpty)
                    return started.request.messages.count
                }
            }
            #expect(messages(try await journal.events(after: 0, of: [.turnStarted], texts: .none)) == [0, 0, 0, 0])
            #expect(messages(try await journal.history()) == [0, 0, 5, 7])
        }
    }

    @Test func `a request that goes another way than the one before it is kept whole`() async throws {
        try await withScratch { folder in
            let session = try await SessionStore(folder: folder).create("s")
            var bodies = requests(3)
            // The conversation was made shorter, its first message is another, and so is the system prompt.
            for (system, keeps) in [("s", 1...2), ("s", 0...0), ("t", 0...2)] {
                guard case .turnStarted(var started) = bodies[2] else { return }
                started.request.system = system
                started.request.messages = [Message(.user, [.text("summary")])] + started.request.messages[keeps]
                bodies.append(.turnStarted(started))
            }
            bodies.append(bodies[2])
            for body in bodies { _ = try await session.journal.append(body, at: .coordinator) }
            try await session.close()
            let journal = try await SessionStore(folder: folder).read("s").journal
            #expect(try await journal.events(after: 0).map(\.body) == bodies)
            #expect(try await journal.check().problems == [])
        }
    }

    @Test func `texts that refer to each other in a circle are named`() async throws {
        try await withScratch { folder in
            let path = try await written(3, in: folder).path
            let connection = try SQLiteConnection(path: path, mode: .readWrite)
            try connection.execute("DROP TRIGGER body_is_unchanged")
            try connection.execute(
                "UPDATE body SET previous = (SELECT max(hash) FROM body WHERE data LIKE '%x = 2%') WHERE data LIKE '%Why late%'"
            )
            let error = await #expect(throws: JournalError.self) {
                _ = try await SessionStore(folder: folder).read("turns-3").journal.events(after: 0)
            }
            #expect(error?.code == .corrupt)
            #expect(error?.reason.contains("comes before itself") == true)
        }
    }

    @Test(.enabled(if: mayMount, "needs the right to mount a small file system"))
    func `a request after one that found no room refers to nothing that is not there`() async throws {
        try await withTemporaryFileSystem(bytes: 3 << 20) { folder in
            let session = try await SessionStore(folder: folder).create("s")
            let all = requests(3)
            _ = try await session.journal.append(all[0], at: .coordinator)
            guard case .turnStarted(var large) = all[2] else { return }
            large.request.messages.append(Message(.assistant, [.text(String(repeating: "y", count: 4 << 20))]))
            await #expect(throws: JournalError.self) {
                try await session.journal.append(.turnStarted(large), at: .coordinator)
            }
            _ = try await session.journal.append(all[2], at: .coordinator)
            let kept = try await session.journal.events(after: 0)
            #expect(kept.map(\.body) == [all[0], all[2]])
        }
    }

    @Test func `a journal of format 1 is read as it is, and goes on in format 2`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            let session = try await store.create("old")
            try await session.close()
            let path = session.folder.journal
            let requests = requests(2)
            do {
                let connection = try SQLiteConnection(path: path, mode: .readWrite)
                try connection.execute("DROP TABLE body; PRAGMA user_version = 1")
                let insertion = try connection.statement(
                    "INSERT INTO event (sequence, time, place, kind, epoch, data) VALUES (1, 0, 'coordinator', ?1, 1, ?2)"
                )
                try insertion.bind(requests[0].kind.rawValue, at: 1)
                try insertion.bind(JSONValueEncoder().encode(with: requests[0].encodePayload).text, at: 2)
                try insertion.run()
            }
            #expect(try await store.read("old").journal.events(after: 0).map(\.body) == [requests[0]])
            #expect(try await store.read("old").journal.check() == JournalCheck(events: 1, bodies: 0, problems: []))
            let reopened = try await store.open("old")
            _ = try await reopened.journal.append(requests[1], at: .coordinator)
            #expect(try await reopened.journal.events(after: 0).map(\.body) == requests)
            try await reopened.close()
        }
    }
}
