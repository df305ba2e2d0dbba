internal import Foundation
internal import LatheEngine
internal import LatheKernelHost
internal import LatheLibrary
internal import LatheProviders
internal import LatheScreens
internal import LatheStore
internal import LatheTools
internal import LatheVocabulary
internal import Synchronization

/// What a command needs to work in a session, checked before anything is made.
struct SessionSetup: Sendable {
    let installation: Installation
    let project: Project
    /// The embedding model, in one process for all that is searched.
    let meaning: MeaningProcess
    let inputs: [DataInput]
    let models: any ModelSource
    let options: RunOptions
    /// Whether the session is new, under a name that nobody gave.
    var makesSession = false
    /// Cells that are stopped by the clock, as they were when they were recorded.
    var bounds: BoundedPlacement.Bounds = [:]
    /// Where the session's work comes from, if from another, and what that one recorded.
    var derived: SessionDerived?
    var followed: [Event] = []
    /// Who asks the user about tools; nil where nobody does.
    var asking: EventFeed?
    /// Stops the work under way, for who steps in; false where nothing is.
    var stop: @Sendable () -> Bool = { false }
    let environment: [String: String]

    init(
        _ options: RunOptions, environment: [String: String], needsModel: Bool = true
    ) throws(CommandFailure) {
        installation = try Installation.find(environment: environment)
        if let missing = installation.missingParts.first { throw CommandFailure(missing) }
        project = try Project.find(options.project, environment: environment)
        meaning = installation.meaning
        do throws(CommandError) {
            inputs = try DataInput.resolve(options.data)
        } catch {
            throw CommandFailure(error.reason, exitCode: ExitCode.usage.rawValue)
        }
        models = ConfiguredModels(
            configuration: project.models, given: options.model, isNeeded: needsModel, installation: installation,
            environment: environment)
        self.options = options
        self.environment = environment
    }

    /// The same with replies from a recording.
    init(
        _ options: RunOptions, environment: [String: String], replies: ReplayModel, inputs: [DataInput]
    ) throws(CommandFailure) {
        installation = try Installation.find(environment: environment)
        if let missing = installation.missingParts.first { throw CommandFailure(missing) }
        project = try Project.find(options.project, environment: environment)
        meaning = installation.meaning
        self.inputs = inputs
        models = RecordedModels(model: replies)
        self.options = options
        self.environment = environment
    }

    /// The same with replies from a recording as far as it goes, and live ones from there on.
    init(
        _ options: RunOptions, environment: [String: String], inputs: [DataInput], recorded: ReplayModel
    ) throws(CommandFailure) {
        installation = try Installation.find(environment: environment)
        if let missing = installation.missingParts.first { throw CommandFailure(missing) }
        project = try Project.find(options.project, environment: environment)
        meaning = installation.meaning
        self.inputs = inputs
        models = BranchedModels(
            recorded: recorded,
            live: ConfiguredModels(
                configuration: project.models, given: options.model, isNeeded: true, installation: installation,
                environment: environment))
        self.options = options
        self.environment = environment
    }

    /// The same for a session of this name, or for a new one where nobody gave a name.
    func forSession(_ given: String?) -> SessionSetup {
        var setup = self
        setup.makesSession = given == nil
        return setup
    }

    /// The project's library; what is saved in it is run in kernels of `placement` first.
    func library(examining placement: any KernelPlacement) -> any CapabilityLibrary {
        let examiner = project.replaying(project.examiner(installation, in: placement), installation)
        let own = project.openLibrary(installation, examiner: examiner, meaning: meaning)
        guard let derived else { return own }
        return ReplayLibrary(own, following: followed, of: derived.from, goesOn: derived.purpose == .branch)
    }

    /// The servers of tools, and what code may call of them; nil where there are none.
    func tools(in folder: String) throws(CommandFailure) -> (
        desk: ToolDesk, tools: SessionTools, consent: ConsentDesk?
    )? {
        let called = followed.contains { event in
            switch event.body {
            case .hostCalled(let call): call.name == "tools"
            case .toolsOffered: true
            default: false
            }
        }
        guard called || !project.toolConfiguration(environment).servers.isEmpty else { return nil }
        let shelf = Mutex<ToolShelf?>(nil)
        let desk = try project.toolDesk(
            installation, environment: environment, news: { news in shelf.withLock { $0 }?.hear(news) },
            question: (asking.map { ToolQuestionScreen(feed: $0) } ?? ToolQuestionScreen()).answer)
        let live = ToolShelf(desk: desk, folder: folder)
        shelf.withLock { $0 = live }
        let consent = asking.map { _ in ConsentDesk(terminal) }
        guard let derived else {
            let tools = SessionTools(
                access: live, rules: project.toolRules, consent: consent, kept: desk.keptAnswers)
            return (desk, tools, consent)
        }
        let recorded = RecordedTools(
            followed, source: "\(project.sessions)/\(derived.from)", folder: folder,
            beyond: derived.purpose == .branch ? live : nil)
        // What was called is answered as it was: there is nothing to allow.
        let rules = derived.purpose == .branch ? project.toolRules : ToolRules(allow: ["*"], allowExposed: ["*"])
        return (
            desk, SessionTools(access: recorded, rules: rules, consent: consent, kept: desk.keptAnswers), consent
        )
    }

    /// Who asks the user about handoffs; nil where nobody can. A session that follows another one is not asked again.
    var handoffConsent: (any HandoffConsent)? {
        if derived?.purpose == .replay { return RecordedHandoffs() }
        return terminal
    }

    /// The terminal that the user is asked on, about tools, handoffs and plans alike; nil where there is none.
    private var terminal: TerminalConsent? { asking.flatMap { TerminalConsent.onTerminal($0, environment) } }

    /// Whether the user sees plans before they run. A replay does what was done: what was edited then is edited so again.
    var reviewsPlans: Bool {
        if derived?.purpose == .replay { return RecordedPlans(followed).wereReviewed }
        return options.reviewsPlans || project.limits.plans.review
    }

    /// Who shows plans to the user; nil where nobody can.
    var planReview: (any PlanReview)? {
        if derived?.purpose == .replay { return RecordedPlans(followed) }
        return terminal
    }

    /// The same about specialists.
    var specialistConsent: (any SpecialistConsent)? {
        if derived?.purpose == .replay { return RecordedSpecialists(in: followed) }
        return terminal
    }

    /// Where the session's kernels run.
    func placement(_ host: TemplateSuccession) -> any KernelPlacement {
        bounds.isEmpty ? host : BoundedPlacement(placement: host, bounds: bounds)
    }

    /// What the project says to the model. A session that follows another one is told what that one was told.
    var instructions: ProjectInstructionsFile.Reading {
        guard derived == nil else {
            let told = followed.compactMap { if case .instructionsRead(let read) = $0.body { read } else { nil } }
            return ProjectInstructionsFile.Reading(instructions: told.first)
        }
        return project.tellsInstructions ? ProjectInstructionsFile.read(in: project.folder) : .init()
    }

    var store: SessionStore { SessionStore(folder: project.sessions) }
}
