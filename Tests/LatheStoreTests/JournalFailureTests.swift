import CSQLite
import Foundation
import Glibc
import LatheVocabulary
import Testing

@testable import LatheStore

/// What goes wrong with disks, files and other programs. Each ends in a reason, and nothing acknowledged is lost.
struct JournalFailureTests {
    private static let event: EventBody = .answered(Answered(value: .string(String(repeating: "x", count: 20_000))))

    @Test func `what was acknowledged survives a killed process`() async throws {
        for milliseconds in [40, 120, 300] {
            try await withScratch { folder in
                await #expect(processExitsWith: .signal(SIGKILL)) {
                    [folder = folder as String, milliseconds = milliseconds as Int] in
                    let journal = try await SessionStore(folder: folder).create("s").journal
                    let acknowledged = open(folder + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                    Thread.detachNewThread {
                        usleep(UInt32(milliseconds) * 1_000)
                        kill(getpid(), SIGKILL)
                    }
                    await withTaskGroup(of: Void.self) { group in
                        for task in 0..<4 {
                            group.addTask {
                                while let event = try? await journal.append(
                                    .cellStarted(Cell(number: task, code: "x")), at: .coordinator)
                                {
                                    let line = "\(event.sequence)\n"
                                    line.withCString { _ = write(acknowledged, $0, line.utf8.count) }
                                }
                            }
                        }
                    }
                }
                let text = (try? String(contentsOfFile: folder + "/acknowledged", encoding: .utf8)) ?? ""
                let acknowledged = Set(text.split(separator: "\n").compactMap { Int($0) })
                // The killed process's lock is gone: the session opens at once.
                let session = try await SessionStore(folder: folder).open("s")
                let kept = try await session.journal.events(after: 0).map(\.sequence)
                #expect(kept == Array(1..<(kept.count + 1)))
                #expect(acknowledged.isSubset(of: kept))
                #expect(milliseconds < 300 || !acknowledged.isEmpty)
                let next = try await session.journal.append(Self.event, at: .coordinator)
                #expect(next.sequence == kept.count + 1)
            }
        }
    }

    @Test func `a copy of the files at any moment holds all that was acknowledged before it`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder + "/live")
            let journal = try await store.create("s").journal
            let writing = Task {
                for _ in 0..<400 { _ = try await journal.append(Self.event, at: .coordinator) }
            }
            for copy in 0..<6 {
                try await Task.sleep(for: .milliseconds(.random(in: 5...60)))
                let acknowledged = try await journal.events(after: 0).count
                let target = folder + "/copy\(copy)/s"
                try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
                // The log first would tear the pair when a checkpoint comes between; a power cut takes both at once, so
                // copies across a checkpoint are taken again.
                try Self.copyPair(from: folder + "/live/s", to: target)
                let kept = try await SessionStore(folder: folder + "/copy\(copy)").open("s").journal.events(after: 0)
                #expect(kept.map(\.sequence) == Array(1..<(kept.count + 1)))
                #expect(kept.count >= acknowledged)
            }
            try await writing.value
        }
    }

    /// Copies database and log so that no checkpoint lies between: the database did not change meanwhile.
    private static func copyPair(from source: String, to target: String) throws {
        func stamp() -> [Int] {
            var status = stat()
            stat(source + "/journal.sqlite", &status)
            return [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, Int(status.st_size)]
        }
        while true {
            let before = stamp()
            for name in ["journal.sqlite", "journal.sqlite-wal"] {
                let data = try Data(contentsOf: URL(fileURLWithPath: source + "/" + name))
                try data.write(to: URL(fileURLWithPath: target + "/" + name))
            }
            if stamp() == before { return }
        }
    }

    @Test func `a torn log loses its torn end alone`() async throws {
        try await withScratch { folder in
            let journal = try await SessionStore(folder: folder + "/live").create("s").journal
            for _ in 0..<20 { _ = try await journal.append(Self.event, at: .coordinator) }
            let target = folder + "/copy/s"
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
            try Self.copyPair(from: folder + "/live/s", to: target)
            let log = target + "/journal.sqlite-wal"
            let size = try Data(contentsOf: URL(fileURLWithPath: log)).count
            truncate(log, size - 5_000)
            let kept = try await SessionStore(folder: folder + "/copy").open("s").journal.events(after: 0)
            #expect(kept.map(\.sequence) == Array(1..<(kept.count + 1)))
            #expect((10..<20).contains(kept.count))
        }
    }

    @Test func `a second process is refused in one line that names the first`() async throws {
        try await withScratch { folder in
            let session = try await SessionStore(folder: folder).create("s")
            let holder = getpid()
            await #expect(processExitsWith: .exitCode(17)) { [folder = folder as String, holder = holder as Int32] in
                do {
                    _ = try await SessionStore(folder: folder).open("s")
                } catch let error as StoreError {
                    let isNamed = error.reason.contains("in use by lathe process \(holder).")
                    if error.code == .locked, isNamed, !error.reason.contains("\n") { exit(17) }
                }
            }
            // Reading goes on meanwhile.
            _ = try await session.journal.append(Self.event, at: .coordinator)
            #expect(try await SessionStore(folder: folder).read("s").journal.events(after: 0).count == 1)
        }
    }

    @Test func `a writer whose lock was taken away writes nothing any more`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            let first = try await store.create("s")
            _ = try await first.journal.append(Self.event, at: .coordinator)
            unlink(first.folder.lock)
            let second = try await store.open("s")
            #expect(second.journal.epoch == 2)
            let error = await #expect(throws: JournalError.self) {
                try await first.journal.append(Self.event, at: .coordinator)
            }
            #expect(error?.code == .locked)
            _ = try await second.journal.append(Self.event, at: .coordinator)
            #expect(try await second.journal.events(after: 0).map(\.sequence) == [1, 2])
        }
    }

    @Test(.enabled(if: mayMount, "needs the right to mount a small file system"))
    func `a full disk is named, loses nothing acknowledged, and leaves room to record it`() async throws {
        try await withTemporaryFileSystem(bytes: 3 << 20) { folder in
            let session = try await SessionStore(folder: folder).create("s")
            var acknowledged = 0
            var failure: JournalError?
            while failure == nil, acknowledged < 1_000 {
                do throws(JournalError) {
                    _ = try await session.journal.append(Self.event, at: .coordinator)
                    acknowledged += 1
                } catch {
                    failure = error
                }
            }
            #expect(failure?.code == .diskFull)
            #expect(failure?.reason.contains("Free some disk space") == true)
            let last = try await session.journal.append(
                .taskFinished(TaskOutcome(status: .failed, reason: "The disk is full.")), at: .coordinator)
            let kept = try await session.journal.events(after: 0)
            #expect(kept.count == acknowledged + 1)
            #expect(kept.last == last)
        }
    }

    @Test func `a file that may not grow is named like a full disk`() async throws {
        try await withScratch { folder in
            await #expect(processExitsWith: .exitCode(17)) { [folder = folder as String] in
                signal(SIGXFSZ, SIG_IGN)
                let session = try await SessionStore(folder: folder).create("s")
                var limit = rlimit(rlim_cur: 200_000, rlim_max: 200_000)
                setrlimit(__rlimit_resource_t(1), &limit)
                do {
                    for _ in 0..<100 { _ = try await session.journal.append(Self.event, at: .coordinator) }
                } catch let error as JournalError {
                    exit(error.code == .diskFull ? 17 : 18)
                }
            }
        }
    }

    @Test(.enabled(if: mayMount, "needs the right to mount a small file system"))
    func `a session on a medium that cannot be written is read, and refuses to be opened`() async throws {
        try await withTemporaryFileSystem(bytes: 8 << 20) { folder in
            let store = SessionStore(folder: folder)
            do {
                let session = try await store.create("s")
                _ = try await session.journal.append(Self.event, at: .coordinator)
                try await session.close()
            }
            #expect(mount("tmpfs", folder, "tmpfs", UInt(32 | 1), "") == 0)
            #expect(try await store.read("s").journal.events(after: 0).count == 1)
            #expect(try await store.summary("s").problem == nil)
            let error = await #expect(throws: StoreError.self) { _ = try await store.open("s") }
            #expect(error?.code == .readOnly)
            let second = await #expect(throws: StoreError.self) { _ = try await store.create("t") }
            #expect(second?.code == .readOnly)
        }
    }

    @Test func `a journal of a newer lathe is refused for writing and reading`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            let path: String
            do {
                let session = try await store.create("s")
                path = session.folder.journal
                try await session.close()
            }
            try SQLiteConnection(path: path, mode: .readWrite).execute("PRAGMA user_version = 99")
            let errors = [
                await #expect(throws: StoreError.self) { _ = try await store.open("s") },
                await #expect(throws: StoreError.self) { _ = try await store.read("s") },
            ]
            #expect(errors.map { $0?.code } == [.newerFormat, .newerFormat])
            #expect(errors.allSatisfy { $0?.reason.contains("format 99") == true })
        }
    }

    @Test func `an event whose kind was lost is damage, one of a kind that is not known is a newer lathe's`() {
        let errors = ["", "tomorrow"].map { kind in
            #expect(throws: JournalError.self) {
                var bodies = RequestBodies()
                _ = try EventBody(kind, journalText: "{}", bodies: &bodies, isBare: false, sequence: 3)
            }
        }
        #expect(errors.map { $0?.code } == [.corrupt, .newerFormat])
        #expect(errors[0]?.reason.contains("The journal is damaged: event 3") == true)
    }

    @Test func `a database of another program is refused and left alone`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            try await store.create("s").close()
            let path = folder + "/s/journal.sqlite"
            unlink(path)
            try SQLiteConnection(path: path, mode: .readWrite).execute("CREATE TABLE theirs (x)")
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            let error = await #expect(throws: StoreError.self) { _ = try await store.open("s") }
            #expect(error?.code == .corrupt)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        }
    }

    @Test func `rows can be neither changed nor deleted, and a damaged one is named`() async throws {
        try await withScratch { folder in
            let store = SessionStore(folder: folder)
            let session = try await store.create("s")
            _ = try await session.journal.append(Self.event, at: .coordinator)
            try await session.close()
            let connection = try SQLiteConnection(path: session.folder.journal, mode: .readWrite)
            for sql in ["DELETE FROM event", "UPDATE event SET data = '{}'"] {
                #expect(throws: JournalError.self) { try connection.execute(sql) }
            }
            try connection.execute(
                "DROP TRIGGER event_is_unchanged; UPDATE event SET data = '{\"value\":1,\"value\":2}'")
            let reader = try await store.read("s").journal
            let error = await #expect(throws: JournalError.self) { _ = try await reader.events(after: 0) }
            #expect(error?.code == .corrupt)
            #expect(error?.reason.contains("Event 1") == true)
        }
    }
}
