import Foundation
import Glibc
import LatheVocabulary
import Testing

@testable import LatheStore

struct JournalTests {
    @Test func `every kind of event comes back as it was written, also in a later run`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder + "/sessions")
            let session = try await store.create("first")
            var written: [Event] = []
            for body in EventSamples.bodies {
                written.append(try await session.journal.append(body, at: .coordinator.child("UA")))
            }
            #expect(written.map(\.sequence) == Array(1...EventSamples.bodies.count))
            #expect(written.map(\.body) == EventSamples.bodies)
            let stored = EventBody.Kind.allCases.filter { ![.replyProgressed, .cellOutput].contains($0) }
            #expect(Set(written.map(\.body.kind)) == Set(stored))
            #expect(try await session.journal.events(after: 0) == written)
            #expect(try await session.journal.events(after: 14) == Array(written.dropFirst(14)))
            try await session.close()

            let files = try FileManager.default.contentsOfDirectory(atPath: session.folder.path)
            #expect(!files.contains("journal.sqlite-wal"))
            #expect(try await store.read("first").journal.events(after: 0) == written)
        }
    }

    @Test func `an event can be filtered by kind`() async throws {
        try await withScratch { folder in
            let session = try await SessionStore(folder: folder).create("s")
            for body in EventSamples.bodies { _ = try await session.journal.append(body, at: .coordinator) }
            let found = try await session.journal.events(after: 2, of: [.answered, .taskSubmitted, .hostAnswered])
            #expect(found.map(\.body.kind) == [.hostAnswered, .hostAnswered, .answered])
        }
    }

    @Test func `the newest result of a cell is found at its own place`() async throws {
        try await withScratch { folder in
            let session = try await SessionStore(folder: folder).create("s")
            func finish(_ cell: Int, _ seconds: Double, at place: Place) async throws {
                let result = CellResult(number: cell, status: .ok, seconds: seconds)
                _ = try await session.journal.append(.cellFinished(result), at: place)
            }
            let subtask = Place.coordinator.child("UA")
            try await finish(1, 1, at: .coordinator)
            try await finish(1, 2, at: .coordinator)
            try await finish(2, 3, at: .coordinator)
            try await finish(1, 4, at: subtask)
            #expect(try await session.journal.result(of: 1, at: .coordinator)?.seconds == 2)
            #expect(try await session.journal.result(of: 1, at: subtask)?.seconds == 4)
            #expect(try await session.journal.result(of: 2, at: subtask) == nil)
        }
    }

    @Test func `a task without an end is told from one that has it`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            let session = try await store.create("s")
            #expect(try await store.read("s").journal.hasUnfinishedTask() == false)
            _ = try await session.journal.append(.taskSubmitted(TaskSubmitted(task: "go")), at: .coordinator)
            #expect(try await store.read("s").journal.hasUnfinishedTask())
            _ = try await session.journal.append(.taskFinished(TaskOutcome(status: .complete)), at: .coordinator)
            #expect(try await store.read("s").journal.hasUnfinishedTask() == false)
        }
    }

    @Test func `four tasks that append at once keep their own order and leave no gap`() async throws {
        try await withScratch { folder in
            let session = try await SessionStore(folder: folder).create("s")
            let journal = session.journal
            let perTask = 60
            let returned = try await withThrowingTaskGroup(of: [Event].self) { group in
                for task in 0..<4 {
                    group.addTask {
                        var events: [Event] = []
                        for number in 0..<perTask {
                            // Every fifth is batched, so that both ways are mixed.
                            let body: EventBody =
                                number % 5 == 4
                                ? .notice(Notice(.info, "\(number)")) : .cellStarted(Cell(number: number, code: ""))
                            events.append(try await journal.append(body, at: .coordinator.child("\(task)")))
                        }
                        return events
                    }
                }
                return try await group.reduce(into: [Event]()) { $0 += $1 }
            }
            let stored = try await journal.events(after: 0)
            #expect(stored.map(\.sequence) == Array(1...(4 * perTask)))
            #expect(stored == returned.sorted { $0.sequence < $1.sequence })
            for task in 0..<4 {
                let own = stored.filter { $0.place == .coordinator.child("\(task)") }
                #expect(own.count == perTask)
                let numbers = own.map { event in
                    switch event.body {
                    case .cellStarted(let cell): cell.number
                    case .notice(let notice): Int(notice.text) ?? -1
                    default: -1
                    }
                }
                #expect(numbers == Array(0..<perTask))
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a batched event is soon on disk, without a durable one`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            let session = try await store.create("s")
            let written = try await session.journal.append(.notice(Notice(.info, "n")), at: .coordinator)
            let reader = try await store.read("s").journal
            while try await reader.events(after: 0) != [written] { try await Task.sleep(for: .milliseconds(50)) }
        }
    }

    @Test func `a flush writes what is batched`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            let session = try await store.create("s")
            _ = try await session.journal.append(.notice(Notice(.info, "n")), at: .coordinator)
            try await session.journal.flush()
            #expect(try await store.read("s").journal.events(after: 0).count == 1)
        }
    }

    @Test func `a fleeting event is refused`() async throws {
        try await withScratch { folder in
            let journal = try await SessionStore(folder: folder).create("s").journal
            let error = await #expect(throws: JournalError.self) {
                try await journal.append(.replyProgressed(ReplyProgressed(turn: 1, text: "x")), at: .coordinator)
            }
            #expect(error?.code == .misuse)
        }
    }

    @Test func `an event that could not be read again is refused before it is written`() async throws {
        try await withScratch { folder in
            let journal = try await SessionStore(folder: folder).create("s").journal
            var deep: JSONValue = []
            for _ in 0..<200 { deep = [deep] }
            for value in [deep, .string(String(repeating: "x", count: 65 << 20))] {
                let error = await #expect(throws: JournalError.self) {
                    try await journal.append(.answered(Answered(value: value)), at: .coordinator)
                }
                #expect(error?.code == .misuse)
            }
            #expect(try await journal.events(after: 0).isEmpty)
        }
    }

    @Test func `a closed journal says so`() async throws {
        try await withScratch { folder in
            let session = try await SessionStore(folder: folder).create("s")
            try await session.close()
            let error = await #expect(throws: JournalError.self) {
                try await session.journal.append(.taskSubmitted(TaskSubmitted(task: "t")), at: .coordinator)
            }
            #expect(error?.code == .misuse)
        }
    }

    @Test func `waiting appends share a synchronisation`() async throws {
        try await withScratch { folder in
            let journal = try await SessionStore(folder: folder).create("s").journal
            let clock = ContinuousClock()
            func seconds(_ body: () async throws -> Void) async rethrows -> Double {
                let took = try await clock.measure(body)
                return Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
            }
            let one: EventBody = .answered(Answered(value: "x"))
            let single = try await seconds {
                for _ in 0..<50 { _ = try await journal.append(one, at: .coordinator) }
            }
            let grouped = try await seconds {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<500 { group.addTask { _ = try await journal.append(one, at: .coordinator) } }
                    try await group.waitForAll()
                }
            }
            print("durable appends: \(Int(50 / single))/s one by one, \(Int(500 / grouped))/s when 500 wait")
            #expect(try await journal.events(after: 0).count == 550)
        }
    }
}
