internal import Foundation
internal import LatheEngine
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

extension CommandRun {
    /// `lathe resume`: goes on with the task of a session that had not finished when lathe ended.
    func resume(_ command: ResumeCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let left = try await Self.unfinished(command.session, in: SessionStore(folder: project.sessions))
        guard !left.task.hasPrefix(WritingJob.taskOpening) else {
            throw CommandFailure(
                "the session '\(left.name)' distills others: the command that began it goes on with it, "
                    + "lathe library distill with the same sessions")
        }
        var options = command.options
        // The model that the task was begun with, where it can be named.
        options.model = options.model ?? left.model
        let setup = try SessionSetup(options, environment: environment)
        let resumption = try agreed(left, options, repeats: command.repeatsUnknown)
        return try await inSession(setup, named: left.name, .resume(resumption)) { session in
            guard let outcome = try await session.engine.resume() else {
                throw CommandFailure("the task of the session '\(left.name)' was finished by another lathe meanwhile")
            }
            return ExitCode(outcome.status).rawValue
        }
    }

    /// Asks the user about what may have happened already. Refused where nobody can be asked and no flag says so.
    private func agreed(
        _ left: UnfinishedSession, _ options: RunOptions, repeats: Bool
    ) throws(CommandFailure) -> Resumption {
        let titles = left.unknown.map(\.title).joined(separator: "; ")
        if !left.unknown.isEmpty, !repeats {
            let question =
                "lathe ended while this was being done, and may have done it: \(titles). Do it (again)?"
            guard isatty(STDIN_FILENO) != 0, Question.isAffirmed(question) else {
                throw CommandFailure(
                    "the session '\(left.name)' is as it was. lathe ended while this was being done, and may have done it: "
                        + "\(titles). Look whether it has happened; to do it again: lathe resume \(left.name) --repeat-unknown",
                    exitCode: ExitCode.incomplete.rawValue)
            }
        }
        return Resumption(agreed: left.unknown, maxTurns: options.maxTurns, budget: options.budget)
    }

    /// What of a session has no end: of the one named, else of the newest that has any such task.
    private static func unfinished(
        _ given: String?, in store: SessionStore
    ) async throws(CommandFailure) -> UnfinishedSession {
        do {
            if let given { return try await UnfinishedSession.read(given, in: store) }
            guard let newest = try await store.list().first(where: \.isUnfinished) else {
                throw CommandFailure("no session has an unfinished task; 'lathe sessions list' shows all")
            }
            return try await UnfinishedSession.read(newest.name, in: store)
        } catch {
            throw CommandFailure(CommandFailure.reason(of: error))
        }
    }

    /// Tells of a task that has no end before another is asked. True where the user wants it finished first.
    func finishesFirst(
        _ options: RunOptions, named name: String, in setup: SessionSetup
    ) async throws(CommandFailure) -> Resumption? {
        guard (try? await setup.store.exists(name)) == true,
            (try? await setup.store.read(name).journal.hasUnfinishedTask()) == true,
            let left = try? await UnfinishedSession.read(name, in: setup.store)
        else { return nil }
        let task = TerminalText.safe(left.task.singleLine(upTo: 100))
        let told = "Session \(name) has a task that did not finish: “\(task)”."
        if options.output == .screen, isatty(STDIN_FILENO) != 0,
            Question.isAffirmed("\(told) Go on with it first?")
        {
            return try agreed(left, options, repeats: false)
        }
        TerminalOutput.standardError.write(
            "lathe: \(told) It is left as it is; lathe resume \(name), before another task, would have gone on with it.\n"
        )
        return nil
    }
}

/// A session whose last task has no end in its journal.
struct UnfinishedSession: Sendable {
    var name: String
    var task: String
    /// As the last program run named it; nil where that is no name of a model.
    var model: String?
    var unknown: [HostCalled]

    static func read(_ name: String, in store: SessionStore) async throws -> UnfinishedSession {
        let events = try await store.read(name).journal.history()
        let past = SessionPast(events)
        guard let unfinished = past.unfinished else {
            throw CommandFailure(
                "the session '\(name)' has no unfinished task; ask it another: lathe ask --session \(name) \"…\"")
        }
        return UnfinishedSession(
            name: name, task: unfinished.task, model: ConfiguredModels.name(past.model), unknown: past.unknownCalls)
    }
}
