internal import Foundation
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

extension CommandRun {
    /// `lathe watch`: follows a session's journal until its run has ended; on a terminal, who looks on can step in.
    func watch(_ command: WatchCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let store = SessionStore(folder: project.sessions)
        let interrupts = Interrupts()
        let result: Result<Void, CommandFailure> = await interrupts.guarding {
            do {
                try await follow(command, in: store)
                return .success(())
            } catch {
                return .failure(CommandFailure(CommandFailure.reason(of: error)))
            }
        }
        try result.get()
        return ExitCode.complete.rawValue
    }

    private func follow(_ command: WatchCommand, in store: SessionStore) async throws {
        let session = try await store.read(command.session)
        let output = TerminalOutput.standardOutput
        guard command.options.output != .json, output.size() != nil, environment["TERM", default: ""] != "dumb" else {
            let screen: any EventScreen =
                command.options.output == .json
                ? JSONScreen(output: output)
                : PlainScreen(output: output, canvas: Canvas(size: output.size(), environment: environment))
            return try await poll(session, in: store) { events, _ in
                for event in events { screen.show(event) }
            }
        }
        let stepping = WatchStepping(session: command.session, folder: session.folder.path, output: output)
        let screen = WatchScreen(
            output: output, environment: environment, hint: stepping.map { _ in "Enter: step in" })
        // A run without a terminal asks whoever looks on.
        let attendance = Attendance(session: command.session, folder: session.folder.path)
        defer {
            screen.finish()
            attendance.end()
        }
        try await poll(session, in: store) { events, isOpen in
            if isOpen { attendance.keep() }
            screen.take(events)
            if isOpen, let stepping, stepping.isWanted {
                screen.leave()
                stepping.take { Task.isCancelled }
            }
            if !isOpen { stepping?.settle { Task.isCancelled } }
            screen.draw(isOpen: isOpen, now: RunClock.shared.now, said: stepping?.said() ?? [])
        }
    }

    /// Hands on what is new, five times a second, until nobody has the session open and all was handed on.
    private func poll(
        _ session: RecordedSession, in store: SessionStore, _ take: ([Event], _ isOpen: Bool) -> Void
    ) async throws {
        var last = 0
        while true {
            // Asked first: what is written before the end is read after it.
            let isOpen = try await store.isOpen(session.name)
            let events = try await session.journal.events(after: last)
            last = events.last?.sequence ?? last
            take(events, isOpen)
            guard isOpen, !Task.isCancelled else { return }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    /// `lathe tell` and `lathe control`: asks the run that has the session open.
    func control(_ command: ControlCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let store = SessionStore(folder: project.sessions)
        let folder: String
        do throws(StoreError) {
            folder = try await store.read(command.session).folder.path
        } catch {
            throw CommandFailure(error.reason)
        }
        let (said, cell) = try ControlClient.ask(command.request, session: command.session, folder: folder)
        if command.options.output == .json {
            var answer: [String: JSONValue] = ["done": .string(said)]
            if let cell { answer["cell"] = .string(cell.rawValue) }
            TerminalOutput.standardOutput.write(TerminalText.json(.object(answer)) + "\n")
        } else {
            _ = say(cell == nil ? TerminalText.safe(said) : TerminalText.safeBlock(said))
        }
        return (cell ?? .ok) == .ok ? ExitCode.complete.rawValue : ExitCode.failed.rawValue
    }
}
