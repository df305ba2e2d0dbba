internal import Foundation
internal import LatheEngine
internal import LatheLibrary
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

extension CommandRun {
    /// `lathe library distill`: looks over finished sessions, then has writers make capabilities of what deserves it.
    func distill(_ command: DistillCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let library = project.openLibrary(try Installation.find(environment: environment))
        var sessions: [DistilledSession] = []
        let found: Distillation
        do {
            sessions = try await Self.read(command, in: SessionStore(folder: project.sessions))
            found = try await library.distil(sessions)
        } catch {
            throw CommandFailure(CommandFailure.reason(of: error))
        }
        let listing = ListingOptions(output: command.options.output)
        let names = sessions.map(\.name)
        let jobs = found.candidates.filter(\.deserves).prefix(command.most).compactMap { WritingJob($0, of: sessions) }
        guard command.extent == .write, !jobs.isEmpty else {
            show(listing, DistillListing.json(found)) { DistillListing.lines(found, of: names, canvas: $0) }
            return ExitCode.complete.rawValue
        }
        if command.options.output == .screen {
            show(listing, .null) { DistillListing.lines(found, of: names, canvas: $0) }
        }
        return try await write(jobs, of: names, most: command.most, command.options)
    }

    private func write(
        _ jobs: [WritingJob], of sessions: [String], most: Int, _ options: RunOptions
    ) async throws(CommandFailure) -> Int32 {
        let setup = try SessionSetup(options, environment: environment).forSession(nil)
        do throws(CommandFailure) {
            _ = try await setup.models.prepare()
        } catch {
            throw CommandFailure(
                error.reason + " What was found is shown without a model by: lathe library distill --list",
                exitCode: error.exitCode)
        }
        let labels = jobs.map { "the \($0.kind.rawValue) \($0.label)" }.joined(separator: ", ")
        let task =
            WritingJob.taskOpening + "\(labels) (from \(Set(jobs.map(\.session)).sorted().joined(separator: ", ")))"
        let few = most == DistillCommand.most ? "" : " --most \(most)"
        let again = "lathe library distill \(sessions.joined(separator: " "))\(few)"
        if let name = try await unfinished(task, in: setup) {
            TerminalOutput.standardError.write("lathe: goes on with session \(name), which was ended in the middle\n")
            let intent = OpeningIntent.resume(Resumption(budget: options.budget))
            return try await inSession(setup.forSession(name), named: name, intent, again: again) { session in
                ExitCode(
                    try await session.engine.write(jobs, as: task, again: again, budget: options.budget).status
                ).rawValue
            }
        }
        return try await whileNameIsTaken { () async throws(CommandFailure) in
            let name = try await sessionName(nil, for: "distill \(sessions.first ?? "")", in: setup)
            return try await inSession(setup, named: name, again: again) { session in
                ExitCode(
                    try await session.engine.write(jobs, as: task, again: again, budget: options.budget).status
                ).rawValue
            }
        }
    }

    /// The session in which the same was begun and not ended; nil where there is none.
    private func unfinished(_ task: String, in setup: SessionSetup) async throws(CommandFailure) -> String? {
        do {
            for summary in try await setup.store.list() where summary.isUnfinished && summary.firstTask == task {
                return summary.name
            }
            return nil
        } catch {
            throw CommandFailure(CommandFailure.reason(of: error))
        }
    }

    /// The sessions that are looked over, the newest first.
    private static func read(_ command: DistillCommand, in store: SessionStore) async throws -> [DistilledSession] {
        guard command.sessions.isEmpty else {
            var named: [(session: DistilledSession, lastActive: Double)] = []
            for name in Set(command.sessions) {
                named.append((try await read(name, in: store), try await store.summary(name).lastActive))
            }
            return named.sorted { $0.lastActive > $1.lastActive }.map(\.session)
        }
        var sessions: [DistilledSession] = []
        for summary in try await store.list() where isFinished(summary) {
            let session = try await read(summary.name, in: store)
            guard !session.cells.isEmpty else { continue }
            sessions.append(session)
            guard sessions.count < command.recent ?? 1 else { break }
        }
        guard !sessions.isEmpty else {
            throw CommandFailure("there is no finished session with cells that worked; 'lathe sessions list' shows all")
        }
        return sessions
    }

    /// Whether nothing of it is under way; one whose journal cannot be read is passed over.
    private static func isFinished(_ summary: SessionSummary) -> Bool {
        summary.problem == nil && summary.holder == nil && !summary.isUnfinished && summary.cells > 0
    }

    private static func read(_ name: String, in store: SessionStore) async throws -> DistilledSession {
        DistilledSession(name, try await store.read(name).journal.events(after: 0))
    }
}
