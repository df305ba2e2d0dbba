internal import Foundation
internal import LatheEngine
internal import LatheScreens
internal import LatheVocabulary

extension CommandRun {
    /// `lathe chat`: one task after another in one session, whose kernel stays.
    func chat(_ options: RunOptions) async throws(CommandFailure) -> Int32 {
        try await whileNameIsTaken { () async throws(CommandFailure) in try await self.chatOnce(options) }
    }

    private func chatOnce(_ options: RunOptions) async throws(CommandFailure) -> Int32 {
        var setup = try SessionSetup(options, environment: environment).forSession(options.session)
        let name = try await sessionName(options.session, for: "chat", in: setup)
        let first = try await finishesFirst(options, named: name, in: setup)
        let feed = EventFeed()
        setup.asking = feed
        let interrupts = Interrupts()
        setup.stop = { interrupts.stop() }
        let environment = environment
        let opening = screen(for: options.output, environment: environment)
        feed.set(opening)
        let asked = setup
        let opened: Result<OpenedSession, CommandFailure> = await interrupts.guarding {
            await opening.during {
                do throws(CommandFailure) {
                    let session = try await OpenedSession.open(asked, named: name, first.map { .resume($0) } ?? .begin)
                    {
                        feed.follow($0)
                    }
                    _ = try await Self.finished(session)
                    await feed.settle(session.log)
                    return .success(session)
                } catch {
                    return .failure(error)
                }
            }
        }
        let session = try opened.get()
        let history = ChatHistory(path: setup.project.sessions + "/.chat-history")
        let input = ChatInput(lines: TerminalLines(history: history, environment: environment))
        let code = await converse(session, options, feed, interrupts, input)
        await session.close()
        await setup.models.close()
        if options.output == .screen { _ = say("Session \(name) stays: lathe chat --session \(name)") }
        return code
    }

    /// Finishes the task that the session was opened to go on with, if any.
    private static func finished(_ session: OpenedSession) async throws(CommandFailure) -> TaskOutcome? {
        do throws(JournalError) {
            return try await session.engine.resume()
        } catch {
            throw CommandFailure(error.reason)
        }
    }

    private func converse(
        _ session: OpenedSession, _ options: RunOptions, _ feed: EventFeed, _ interrupts: Interrupts,
        _ input: ChatInput
    ) async -> Int32 {
        var code = ExitCode.complete.rawValue
        if options.output == .screen { _ = say("Session \(session.name). /help tells more, Ctrl-D leaves.") }
        while true {
            interrupts.whileIdle { input.interrupt() }
            switch await input.next() {
            case .exit: return code
            case .help: _ = say(ChatEntry.helpText)
            case .unknown(let problem): TerminalOutput.standardError.write(problem + "\n")
            case .state:
                for variable in await session.engine.variables.items {
                    _ = say(TerminalText.safe(variable.line(columnsUpTo: 200)))
                }
            case .undo: await undo(session, feed)
            case .task(let task):
                let screen = screen(for: options.output, environment: environment)
                feed.set(screen)
                code = await interrupts.guarding {
                    await screen.during {
                        let code = await Self.work(on: task, session, options)
                        await feed.settle(session.log)
                        return code
                    }
                }
            }
        }
    }

    /// What was undone is told by the screen, as every event is.
    private func undo(_ session: OpenedSession, _ feed: EventFeed) async {
        do throws(JournalError) {
            switch try await session.engine.undo() {
            case .undone: await feed.settle(session.log)
            case .refused(let reason):
                TerminalOutput.standardError.write("lathe: nothing is undone: \(TerminalText.safe(reason))\n")
            }
        } catch {
            TerminalOutput.standardError.write("lathe: \(TerminalText.safe(error.reason))\n")
        }
    }

    private static func work(on task: String, _ session: OpenedSession, _ options: RunOptions) async -> Int32 {
        do throws(JournalError) {
            return ExitCode(
                try await session.engine.ask(task, maxTurns: options.maxTurns, budget: options.budget).status
            ).rawValue
        } catch {
            TerminalOutput.standardError.write("lathe: \(TerminalText.safe(error.reason))\n")
            return ExitCode.failed.rawValue
        }
    }
}
