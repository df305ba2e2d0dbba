internal import Foundation
internal import LatheEngine
internal import LatheProviders
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

/// What is replayed: what the user did, the replies of models, and the inputs.
struct RecordedRun: Sendable {
    /// Something that a user did.
    enum Step: Sendable, Hashable {
        case task(String, TaskForm?)
        case cell(String)
        case undo
    }

    var name: String
    var recording: Recording
    var steps: [Step]
    var inputs: [DataInput]
    /// Of the session; empty for a recording in a file.
    var events: [Event]

    /// A path of a recording, else the name of a session of the project.
    static func find(
        _ command: ReplayCommand, environment: [String: String]
    ) async throws(CommandFailure) -> RecordedRun {
        let given = try givenInputs(command.options)
        if command.source.contains("/") || FileManager.default.fileExists(atPath: command.source) {
            guard command.from == nil else {
                throw CommandFailure("--from needs a session; \(command.source) is a recording", exitCode: 2)
            }
            return try file(command.source, given)
        }
        let project = try Project.find(command.options.project, environment: environment)
        let events: [Event]
        do {
            events = try await SessionStore(folder: project.sessions).read(command.source).journal.events(after: 0)
        } catch {
            throw CommandFailure(CommandFailure.reason(of: error))
        }
        let past = SessionPast(events)
        let steps = events.compactMap(\.step)
        guard !steps.isEmpty else { throw CommandFailure("Session \(command.source) has nothing to replay.") }
        return RecordedRun(
            name: command.source, recording: Recording(events: events), steps: steps,
            inputs: try OpenedSession.merged(past.inputs, given), events: events)
    }

    /// What came before a turn of the coordinator, with the task that the turn belongs to.
    func before(turn: Int) throws(CommandFailure) -> RecordedRun {
        let turns = events.compactMap(\.ownTurn)
        guard let index = events.firstIndex(where: { $0.ownTurn == turn }) else {
            let known = turns.isEmpty ? "it has none" : "they go from \(turns.min() ?? 1) to \(turns.max() ?? 1)"
            throw CommandFailure("session \(name) has no turn \(turn): \(known)", exitCode: 2)
        }
        var run = self
        run.events = Array(events[..<index])
        run.recording = Recording(events: run.events)
        run.steps = run.events.compactMap(\.step)
        return run
    }

    private static func file(_ path: String, _ given: [DataInput]) throws(CommandFailure) -> RecordedRun {
        let recording: Recording
        do throws(ModelSetupError) {
            recording = try Recording(path: path)
        } catch {
            throw CommandFailure(error.reason)
        }
        let missing = recording.header.inputs.filter { name in !given.contains { $0.name == name } }
        guard missing.isEmpty else {
            let options = missing.map { "--data \($0)=PATH" }.joined(separator: " ")
            throw CommandFailure("\(path) was recorded with data that is not named here; add \(options)", exitCode: 2)
        }
        let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        return RecordedRun(
            name: name, recording: recording, steps: [.task(recording.header.task, recording.header.form)],
            inputs: given, events: [])
    }

    private static func givenInputs(_ options: RunOptions) throws(CommandFailure) -> [DataInput] {
        do throws(CommandError) {
            return try DataInput.resolve(options.data)
        } catch {
            throw CommandFailure(error.reason, exitCode: ExitCode.usage.rawValue)
        }
    }
}

extension Event {
    /// What the user did here, if anything.
    fileprivate var step: RecordedRun.Step? {
        guard place == .coordinator else { return nil }
        switch body {
        case .taskSubmitted(let task): return .task(task.task, task.form)
        case .cellStarted(let cell) where cell.author == .user: return .cell(cell.code)
        case .rolledBack(let back) where back.cause == .user: return .undo
        default: return nil
        }
    }

    /// The coordinator's turn that begins here.
    fileprivate var ownTurn: Int? {
        if place == .coordinator, case .turnStarted(let turn) = body { turn.turn } else { nil }
    }
}
