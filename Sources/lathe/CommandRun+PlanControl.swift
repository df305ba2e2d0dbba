internal import Foundation
internal import LatheEngine
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

/// `lathe control plan`: shows a plan out of the journal, or asks the run for another form of it.
extension CommandRun {
    func planControl(_ command: PlanControlCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let store = SessionStore(folder: project.sessions)
        let session: RecordedSession
        do throws(StoreError) {
            session = try await store.read(command.session)
        } catch {
            throw CommandFailure(error.reason)
        }
        let change: PlanChange
        switch command.what {
        case .show: return show(try await shown(command, session), command)
        case .edit: return try await edit(command, session)
        case .drop(let names):
            var dropped = PlanChange(plan: command.plan)
            dropped.drop = names
            change = dropped
        case .file(let path):
            change = try await read(path, command, session)
        }
        return try send(change, command, session.folder.path)
    }

    private func shown(
        _ command: PlanControlCommand, _ session: RecordedSession
    ) async throws(CommandFailure) -> PlanShown {
        do {
            let events = try await session.journal.events(after: 0, of: PlanShown.kinds)
            return try PlanShown(events, number: command.plan)
        } catch let refusal as ControlRefusal {
            throw CommandFailure(refusal)
        } catch {
            throw CommandFailure(CommandFailure.reason(of: error))
        }
    }

    private func show(_ shown: PlanShown, _ command: PlanControlCommand) -> Int32 {
        command.options.output == .json
            ? say(TerminalText.json(shown.json)) : say(TerminalText.safeBlock(shown.text))
    }

    /// A change as JSON, or the text of a plan.
    private func read(
        _ path: String, _ command: PlanControlCommand, _ session: RecordedSession
    ) async throws(CommandFailure) -> PlanChange {
        let text = path == "-" ? try BoundedText.ofPlan.readStandardInput() : try BoundedText.ofPlan.read(path)
        guard !text.allSatisfy(\.isWhitespace) else {
            throw CommandFailure(
                "the change is empty: give JSON, or the text that 'lathe control plan' shows", exitCode: 2)
        }
        do {
            guard let first = text.first(where: { !$0.isWhitespace }), "[{\"".contains(first) else {
                return try edited(text, from: try await shown(command, session))
            }
            let limits = JSONLimits(bytes: ControlRequest.longestLine, depth: 8)
            guard let value = try? JSONValue(parsing: Array(text.utf8), limits: limits) else {
                throw ControlRefusal("invalid", "this is no JSON of at most \(ControlRequest.longestLine) bytes")
            }
            var change = try PlanChange(value)
            change.plan = change.plan ?? command.plan
            return change
        } catch let refusal as ControlRefusal {
            throw CommandFailure(refusal)
        } catch {
            throw error as? CommandFailure ?? CommandFailure(CommandFailure.reason(of: error))
        }
    }

    /// What a text wants changed of the plan as it was shown; whether that can still be is the run's to say.
    private func edited(_ text: String, from shown: PlanShown) throws(CommandFailure) -> PlanChange {
        do throws(ControlRefusal) {
            return try shown.change(text)
        } catch {
            throw CommandFailure(error)
        }
    }

    private func send(
        _ given: PlanChange, _ command: PlanControlCommand, _ folder: String
    ) throws(CommandFailure) -> Int32 {
        var change = given
        change.because = command.because ?? change.because
        let request = ControlRequest(.plan, plan: change)
        guard request.line.utf8.count <= ControlRequest.longestLine else {
            throw CommandFailure(
                "this change has more than \(ControlRequest.longestLine >> 10) KiB; make it in parts", exitCode: 2)
        }
        let (said, _) = try ControlClient.ask(request, session: command.session, folder: folder)
        let json = JSONValue.object(["done": .string(said)])
        return say(
            command.options.output == .json
                ? TerminalText.json(json) : wrapped(said, for: TerminalOutput.standardOutput))
    }

    /// A sentence in the width of a terminal; through a pipe as one line.
    private func wrapped(_ text: String, for output: TerminalOutput) -> String {
        guard let size = output.size() else { return TerminalText.safe(text) }
        let canvas = Canvas(size: size, environment: environment)
        return canvas.render(PlanListing.lines(text, canvas))
    }

    // MARK: In an editor

    private func edit(
        _ command: PlanControlCommand, _ session: RecordedSession
    ) async throws(CommandFailure) -> Int32 {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw CommandFailure("--edit needs a terminal; give --file FILE or --drop STEP", exitCode: 2)
        }
        guard let editor = Editor(environment: environment) else {
            throw CommandFailure("no editor is named: set VISUAL or EDITOR, as in EDITOR=nano lathe control plan …")
        }
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-plan-\(UUID().uuidString)"
        let file = folder + "/plan.txt"
        let shown = try await shown(command, session)
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try shown.text.write(toFile: file, atomically: false, encoding: .utf8)
        } catch {
            throw CommandFailure("\(file) cannot be written: \(CommandFailure.reason(of: error))")
        }
        while true {
            do throws(CommandFailure) {
                try editor.openAndWait([file])
                let text = try BoundedText.ofPlan.read(file)
                let isLeft = text == shown.text || !PlanShown.hasSteps(text)
                let change = isLeft ? nil : try edited(text, from: shown)
                let code = try change.map { one throws(CommandFailure) in
                    try send(one, command, session.folder.path)
                }
                try? FileManager.default.removeItem(atPath: folder)
                return code ?? say("nothing was changed")
            } catch {
                guard isEditedAgain(after: error) else {
                    throw CommandFailure("\(error.reason); what you wrote is in \(file)", exitCode: error.exitCode)
                }
            }
        }
    }

    private func isEditedAgain(after failure: CommandFailure) -> Bool {
        let output = TerminalOutput.standardError
        TerminalQuestion.show(
            wrapped("Not taken: \(failure.reason)", for: output).trimmingCharacters(in: .newlines) + "\n")
        let answer = TerminalQuestion.answer("Edit it again? [y] yes  [n] no: ", hint: "Say y or n.", { false }) {
            ["y": true, "yes": true, "n": false, "no": false][$0]
        }
        return answer ?? false
    }
}

extension CommandFailure {
    /// As for whoever steps in: what could not be understood is a usage error, everything else was refused.
    fileprivate init(_ refusal: ControlRefusal) {
        self.init(refusal.reason, exitCode: refusal.code == "invalid" ? 2 : ExitCode.refused.rawValue)
    }
}
