import Foundation
import Glibc
import LatheVocabulary
import Testing

@testable import LatheStore

struct SessionStoreTests {
    @Test(arguments: [
        "", ".", "..", "../x", "a/b", "/etc", "-x", ".hidden", "a b", "ä", "a\n", "a\0b",
        String(repeating: "a", count: 65),
    ])
    func `a name that could leave the folder is refused`(name: String) async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder + "/sessions")
            let errors = [
                await #expect(throws: StoreError.self) { _ = try await store.create(name) },
                await #expect(throws: StoreError.self) { _ = try await store.open(name) },
                await #expect(throws: StoreError.self) { try await store.delete(name) },
            ]
            #expect(errors.map { $0?.code } == [.invalidName, .invalidName, .invalidName])
            #expect(!FileManager.default.fileExists(atPath: folder + "/sessions"))
        }
    }

    @Test func `a new session has its folders, for its owner alone, and a taken name is refused`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder + "/.lathe/sessions")
            #expect(try await store.exists("one") == false)
            let session = try await store.create("one")
            for path in [session.folder.path, session.folder.artifacts, session.folder.outputs, session.folder.work] {
                var status = stat()
                #expect(lstat(path, &status) == 0)
                #expect(status.st_mode == S_IFDIR | 0o700, "\(path)")
            }
            #expect(try await store.exists("one"))
            #expect(try String(contentsOfFile: folder + "/.lathe/sessions/.gitignore", encoding: .utf8) == "*\n")
            let error = await #expect(throws: StoreError.self) { _ = try await store.create("one") }
            #expect(error?.code == .alreadyExists)
        }
    }

    @Test func `a session that is not there is named`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder + "/sessions")
            let listed = try await store.list()
            #expect(listed.isEmpty)
            let errors = [
                await #expect(throws: StoreError.self) { _ = try await store.open("x") },
                await #expect(throws: StoreError.self) { _ = try await store.read("x") },
                await #expect(throws: StoreError.self) { try await store.delete("x") },
            ]
            #expect(errors.map { $0?.code } == [.notFound, .notFound, .notFound])
            #expect(errors.allSatisfy { $0?.reason.contains("no session x") == true })
        }
    }

    @Test func `a link in place of a session or of a part of it is never followed`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder + "/sessions")
            try await store.create("real").close()
            let outside = folder + "/outside"
            try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
            try Data("keep".utf8).write(to: URL(fileURLWithPath: outside + "/journal.sqlite"))
            symlink(outside, folder + "/sessions/linked")
            let errors = [
                await #expect(throws: StoreError.self) { _ = try await store.open("linked") },
                await #expect(throws: StoreError.self) { _ = try await store.read("linked") },
                await #expect(throws: StoreError.self) { try await store.delete("linked") },
            ]
            #expect(errors.map { $0?.code } == [.unsafeFolder, .unsafeFolder, .unsafeFolder])
            #expect(try await store.list().map(\.name) == ["real"])

            rmdir(folder + "/sessions/real/work")
            symlink(outside, folder + "/sessions/real/work")
            let error = await #expect(throws: StoreError.self) { _ = try await store.open("real") }
            #expect(error?.code == .unsafeFolder)

            unlink(folder + "/sessions/real/work")
            rename(folder + "/sessions/real/journal.sqlite", folder + "/elsewhere")
            symlink(folder + "/elsewhere", folder + "/sessions/real/journal.sqlite")
            await #expect(throws: StoreError.self) { _ = try await store.open("real") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["journal.sqlite"])
        }
    }

    @Test func `deleting takes everything inside and nothing that is linked from there`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder + "/sessions")
            let session = try await store.create("s")
            let outside = folder + "/outside"
            try FileManager.default.createDirectory(atPath: outside + "/inner", withIntermediateDirectories: true)
            symlink(outside, session.folder.work + "/link")
            let error = await #expect(throws: StoreError.self) { try await store.delete("s") }
            #expect(error?.code == .locked)
            withExtendedLifetime(session) {}
        }
        try await withScratch { folder in
            let store = SessionStore(folder: folder + "/sessions")
            try await store.create("s").close()
            let outside = folder + "/outside"
            try FileManager.default.createDirectory(atPath: outside + "/inner", withIntermediateDirectories: true)
            let work = folder + "/sessions/s/work"
            symlink(outside, work + "/link")
            try await store.delete("s")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/sessions") == [".gitignore"])
            #expect(FileManager.default.fileExists(atPath: outside + "/inner"))
        }
    }

    @Test func `a closed session can be opened again at once, and its numbers go on`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            let first = try await store.create("s")
            _ = try await first.journal.append(.taskSubmitted(TaskSubmitted(task: "t")), at: .coordinator)
            let refused = await #expect(throws: StoreError.self) { _ = try await store.open("s") }
            #expect(refused?.code == .locked)
            try await first.close()
            let second = try await store.open("s")
            let event = try await second.journal.append(.taskSubmitted(TaskSubmitted(task: "u")), at: .coordinator)
            #expect(event.sequence == 2)
            #expect(second.journal.epoch == 2)
        }
    }

    @Test func `a summary counts what happened and never what was only replayed`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            let session = try await store.create("s")
            let bodies: [EventBody] = [
                .taskSubmitted(TaskSubmitted(task: "first task")),
                .turnFinished(EventSamples.turn(input: 10, output: 5, cost: .microdollars(7))),
                .turnFinished(
                    EventSamples.turn(input: 1_000, output: 1_000, cost: .microdollars(1_000), isReplayed: true)),
                try #require(EventSamples.bodies.first { $0.kind == .cellFinished }),
                try #require(EventSamples.bodies.first { $0.kind == .subtaskStarted }),
                .taskFinished(TaskOutcome(status: .complete)),
                .taskSubmitted(TaskSubmitted(task: "second task")),
            ]
            for body in bodies { _ = try await session.journal.append(body, at: .coordinator) }
            let events = try await session.journal.events(after: 0)

            let open = try await store.summary("s")
            #expect(open.lastStatus == .running)
            #expect(open.holder == getpid())
            try await session.close()

            var expected = SessionSummary(name: "s", path: session.folder.path)
            expected.created = open.created
            expected.lastActive = try #require(events.last).time
            expected.firstTask = "first task"
            expected.tasks = 2
            expected.turns = 2
            expected.usage = Usage(input: 10, output: 5)
            expected.cost = .microdollars(7)
            expected.cells = 1
            expected.subtasks = 1
            expected.artifacts = 1
            expected.lastStatus = .running
            expected.holder = getpid()
            expected.bytesOnDisk = open.bytesOnDisk
            #expect(open == expected)
            #expect(open.bytesOnDisk > 1 << 20)
        }
    }

    @Test func `a task that nobody works on any more is listed as incomplete`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            let session = try await store.create("s")
            _ = try await session.journal.append(.taskSubmitted(TaskSubmitted(task: "t")), at: .coordinator)
            try await session.close()
            let summary = try await store.summary("s")
            #expect(summary.lastStatus == .incomplete)
            #expect(summary.holder == nil)
        }
    }

    @Test func `sessions are listed by their last activity, and a broken one with its reason`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            for name in ["a", "b"] {
                let session = try await store.create(name)
                _ = try await session.journal.append(.taskSubmitted(TaskSubmitted(task: name)), at: .coordinator)
                try await session.close()
            }
            try await store.create("broken").close()
            try Data(repeating: 0x78, count: 8_192).write(to: URL(fileURLWithPath: folder + "/broken/journal.sqlite"))
            let listed = try await store.list()
            #expect(listed.map(\.name) == ["b", "a", "broken"])
            #expect(listed.map { $0.problem?.code } == [nil, nil, .corrupt])
        }
    }
}
