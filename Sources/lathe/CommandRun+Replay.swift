internal import Foundation
internal import LatheEngine
internal import LatheProviders
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

extension CommandRun {
    /// `lathe replay`: runs a recorded session's code again for real, with the recorded replies, in a session of its own.
    func replay(_ command: ReplayCommand) async throws(CommandFailure) -> Int32 {
        let past = try await RecordedRun.find(command, environment: environment)
        let model = ReplayModel(past.recording)
        let setup = try SessionSetup(
            command.options, environment: environment, replies: model, inputs: past.inputs)
        let name = try await sessionName(command.options.session, for: "replay \(past.name)", in: setup)
        return try await inSession(setup, named: name) { session in
            var status = OutcomeStatus.complete
            for task in past.tasks {
                let outcome = try await session.engine.ask(task)
                status = outcome.status
                if status == .cancelled { break }
            }
            return ExitCode(status).rawValue
        }
    }
}

/// What is replayed: the replies, the tasks that they answered, and the inputs.
struct RecordedRun: Sendable {
    var name: String
    var recording: Recording
    var tasks: [String]
    var inputs: [DataInput]

    /// A path of a recording, else the name of a session of the project.
    static func find(
        _ command: ReplayCommand, environment: [String: String]
    ) async throws(CommandFailure) -> RecordedRun {
        let given = try givenInputs(command.options)
        if command.source.contains("/") || FileManager.default.fileExists(atPath: command.source) {
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
        guard !past.tasks.isEmpty else { throw CommandFailure("Session \(command.source) has no task to replay.") }
        return RecordedRun(
            name: command.source, recording: Recording(events: events), tasks: past.tasks,
            inputs: try OpenedSession.merged(past.inputs, given))
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
        return RecordedRun(name: name, recording: recording, tasks: [recording.header.task], inputs: given)
    }

    private static func givenInputs(_ options: RunOptions) throws(CommandFailure) -> [DataInput] {
        do throws(CommandError) {
            return try DataInput.resolve(options.data)
        } catch {
            throw CommandFailure(error.reason, exitCode: ExitCode.usage.rawValue)
        }
    }
}
