internal import Foundation
internal import LatheEngine
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    /// `lathe ask`: one task in a new or an earlier session.
    func ask(_ command: AskCommand) async throws(CommandFailure) -> Int32 {
        let task = try text(command.task, of: "task")
        return try await whileNameIsTaken { () async throws(CommandFailure) in try await self.ask(task, command) }
    }

    private func ask(_ task: String, _ command: AskCommand) async throws(CommandFailure) -> Int32 {
        let setup = try SessionSetup(command.options, environment: environment).forSession(command.options.session)
        let name = try await sessionName(command.options.session, for: task, in: setup)
        let first = try await finishesFirst(command.options, named: name, in: setup)
        return try await inSession(setup, named: name, first.map { .resume($0) } ?? .begin) { session in
            if let finished = try await session.engine.resume(), finished.status == .cancelled {
                return ExitCode.interrupted.rawValue
            }
            let form = command.form.map { TaskForm($0, data: session.inputs) }
            let outcome = try await session.engine.ask(
                task, as: form, maxTurns: command.options.maxTurns, budget: command.options.budget)
            return ExitCode(outcome.status).rawValue
        }
    }

    /// `lathe exec`: one cell that the user wrote.
    func exec(_ command: ExecCommand) async throws(CommandFailure) -> Int32 {
        let code = try text(command.code, of: "code")
        var options = command.options
        // Through a pipe the cell's own output is what a script wants; the live view shows no more of it than that.
        if options.output == .screen, isatty(STDOUT_FILENO) == 0 { options.output = .quiet }
        let setup = try SessionSetup(options, environment: environment, needsModel: false)
        return try await inSession(setup, named: command.session) { session in
            let result = try await session.engine.execute(code)
            switch result.status {
            case .ok: return ExitCode.complete.rawValue
            case .interrupted: return ExitCode.interrupted.rawValue
            case .error, .died: return ExitCode.failed.rawValue
            }
        }
    }

    /// Opens a session, shows its events, runs `work`, and closes it; Ctrl-C stops `work`, and the session stays resumable, by the
    /// command `again` where it is not by another task.
    func inSession(
        _ setup: SessionSetup, named name: String, _ intent: OpeningIntent = .begin, again: String? = nil,
        _ work: @escaping @Sendable (OpenedSession) async throws -> Int32
    ) async throws(CommandFailure) -> Int32 {
        let interrupts = Interrupts()
        var setup = setup
        setup.stop = { interrupts.stop() }
        let ready = setup
        let folder = setup.project.sessions + "/" + name
        let screen = screen(for: setup.options.output, environment: environment, folder: folder)
        let result: Result<Int32, CommandFailure> = await interrupts.guarding {
            await screen.during {
                await Self.run(ready, name, intent, screen, work)
            }
        }
        await setup.models.close()
        // On other screens the end of the task has said how to go on.
        if interrupts.wasInterrupted, setup.options.output == .quiet, case .success = result {
            let command = again ?? "lathe ask --session \(name) \"…\""
            let hint = "Everything so far is kept. Go on with: \(command)\n"
            TerminalOutput.standardError.write(hint)
        }
        return try result.get()
    }

    private static func run(
        _ setup: SessionSetup, _ name: String, _ intent: OpeningIntent, _ screen: any EventScreen,
        _ work: @Sendable (OpenedSession) async throws -> Int32
    ) async -> Result<Int32, CommandFailure> {
        let feed = EventFeed()
        feed.set(screen)
        var setup = setup
        setup.asking = feed
        do throws(CommandFailure) {
            let session = try await OpenedSession.open(setup, named: name, intent) { feed.follow($0) }
            let result: Result<Int32, CommandFailure>
            do {
                result = .success(try await work(session))
            } catch {
                result = .failure(CommandFailure(CommandFailure.reason(of: error)))
            }
            await feed.settle(session.log)
            await session.close()
            return result
        } catch {
            return .failure(error)
        }
    }

    /// Does it again where another lathe has made a session of the same name since it was chosen: then there is a next name.
    func whileNameIsTaken(
        _ attempt: () async throws(CommandFailure) -> Int32
    ) async throws(CommandFailure) -> Int32 {
        while true {
            do throws(CommandFailure) {
                return try await attempt()
            } catch {
                guard error.isNameTaken else { throw error }
            }
        }
    }

    /// The name given, or a new one made of the task's first words.
    func sessionName(
        _ given: String?, for task: String, in setup: SessionSetup
    ) async throws(CommandFailure) -> String {
        if let given { return given }
        let words = task.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let stem = words.isEmpty ? "session" : words.prefix(5).joined(separator: "-").prefix(48).description
        var name = stem
        var number = 2
        // One that cannot be looked at, such as a session that is just being made, is taken too.
        while number < 10_000, (try? await setup.store.exists(name)) != false {
            name = "\(stem)-\(number)"
            number += 1
        }
        return name
    }
}
