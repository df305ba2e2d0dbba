internal import Foundation
internal import LatheEngine
internal import LatheKernelHost
internal import LatheLibrary
internal import LatheProviders
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

/// What a command needs to work in a session, checked before anything is made.
struct SessionSetup: Sendable {
    let installation: Installation
    let project: Project
    let inputs: [DataInput]
    let models: any ModelSource
    let options: RunOptions

    init(
        _ options: RunOptions, environment: [String: String], needsModel: Bool = true
    ) throws(CommandFailure) {
        installation = try Installation.find(environment: environment)
        if let missing = installation.missingParts.first { throw CommandFailure(missing) }
        project = try Project.find(options.project, environment: environment)
        do throws(CommandError) {
            inputs = try DataInput.resolve(options.data)
        } catch {
            throw CommandFailure(error.reason, exitCode: ExitCode.usage.rawValue)
        }
        models = ConfiguredModels(
            configuration: project.models, given: options.model, isNeeded: needsModel, installation: installation,
            environment: environment)
        self.options = options
    }

    /// The same with replies from a recording.
    init(
        _ options: RunOptions, environment: [String: String], replies: ReplayModel, inputs: [DataInput]
    ) throws(CommandFailure) {
        installation = try Installation.find(environment: environment)
        if let missing = installation.missingParts.first { throw CommandFailure(missing) }
        project = try Project.find(options.project, environment: environment)
        self.inputs = inputs
        models = RecordedModels(model: replies)
        self.options = options
    }

    var library: SourceLibrary {
        SourceLibrary(
            folder: project.library, python: installation.interpreter,
            reader: installation.python + "/lathe_library")
    }

    var store: SessionStore { SessionStore(folder: project.sessions) }
}
