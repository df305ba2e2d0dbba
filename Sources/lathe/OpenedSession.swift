internal import Foundation
internal import LatheEngine
internal import LatheKernelHost
internal import LatheLibrary
internal import LatheProviders
internal import LatheRecall
internal import LatheSandbox
internal import LatheScreens
internal import LatheStore
internal import LatheTools
internal import LatheVocabulary

/// A session that this program run has open: its journal, its kernels and its engine, wired.
struct OpenedSession: Sendable {
    let name: String
    let engine: SessionEngine
    let log: EventLog
    /// The names that its inputs are bound to, in their order.
    let inputs: [String]
    private let session: OpenSession
    private let host: TemplateSuccession
    private let telemetry: TelemetryFeed?
    private let toolHost: ToolHost?
    private let recollections: (any Recollections)?
    private let control: ControlServer?

    /// Opens or creates the session, starts its kernel and rebuilds its working memory; whatever was started is stopped again
    /// where that fails. `watch` gets the events from the first one on.
    static func open(
        _ setup: SessionSetup, named name: String, _ intent: OpeningIntent = .begin, watch: (EventLog) -> Void
    ) async throws(CommandFailure) -> OpenedSession {
        let choice = try await setup.models.prepare()
        let session = try await openFolder(setup, name)
        do throws(CommandFailure) {
            return try await start(setup, session, choice, intent, watch)
        } catch {
            try? await session.close()
            guard Task.isCancelled else { throw error }
            throw CommandFailure("stopped while the session was being opened", exitCode: ExitCode.interrupted.rawValue)
        }
    }

    private static func openFolder(_ setup: SessionSetup, _ name: String) async throws(CommandFailure) -> OpenSession {
        do throws(StoreError) {
            if !setup.makesSession, try await setup.store.exists(name) { return try await setup.store.open(name) }
            return try await setup.store.create(name)
        } catch {
            var failure = CommandFailure(error.reason)
            failure.isNameTaken = setup.makesSession && error.code == .alreadyExists
            throw failure
        }
    }

    private static func start(
        _ setup: SessionSetup, _ session: OpenSession, _ choice: String?, _ intent: OpeningIntent,
        _ watch: (EventLog) -> Void
    ) async throws(CommandFailure) -> OpenedSession {
        let past = SessionPast(try await history(of: session))
        let inputs = try merged(past.inputs, setup.inputs)
        let log = EventLog(journal: session.journal)
        watch(log)
        let telemetry = TelemetryFeed.begin(setup.project, session: session.name.description, log)
        var configuration = KernelHostConfiguration(
            sessionFolder: session.folder.path, environment: setup.installation.environment,
            python: setup.installation.python, kernelProgram: setup.installation.kernelProgram)
        configuration.inputs = inputs
        try apply(setup.options.limits.over(setup.project.kernelLimits), to: &configuration)
        configuration.arrangement = setup.options.arrangement
        var limits = setup.project.limits
        limits.kernel = configuration.kernelLimits
        limits.plans.review = setup.reviewsPlans
        // A task that is gone on with keeps what it began with.
        if case .resume = intent, past.unfinished?.reviewsPlans == true { limits.plans.review = true }
        let tools = try setup.tools(in: session.folder.path)
        let host: TemplateSuccession
        do throws(KernelError) {
            host = try await TemplateSuccession.start(configuration)
        } catch {
            throw CommandFailure(error.reason)
        }
        let models = setup.models
        let recollections = setup.recollections()
        let read = setup.instructions
        let data = inputs.sorted { $0.name < $1.name }.map(DataFingerprint.taken)
        var services = EngineServices(
            session: session.name.description, log: log, placement: setup.placement(host),
            library: setup.library(examining: host),
            limits: limits,
            memory: SessionMemory(
                archive: MemoryFolder(path: session.folder.memory), inputs: inputs,
                limit: (setup.project.memory.save ?? .on).bytes(upTo: configuration.workBytes)),
            tools: tools?.tools, recollections: recollections, instructions: read.instructions,
            origin: SessionOrigin(data: data) { system, form in
                let parts = FixedPrompt.parts(system: system, codeForm: form)
                return CapabilityOrigin.promptSHA256(system: parts.system, tools: parts.tools)
            },
            fallback: { role, position async throws(ModelError) in
                try await models.fallback(for: role, at: position)
            },
            model: { role async throws(ModelError) in try await models.model(for: role) })
        services.handoffConsent = setup.handoffConsent
        services.planReview = setup.planReview
        services.specialistConsent = setup.specialistConsent
        services.commandingWords = { CommandingText.words(in: $0) }
        if setup.derived != nil {
            services.recordedReadings = RecordedReadings(setup.followed)
            services.followed = setup.followed
        }
        let engine = SessionEngine(services: services, past: past)
        tools?.consent?.attach(log)
        let control = Self.control(of: engine, setup, tools?.consent, in: session.folder.path)
        let opened = OpenedSession(
            name: session.name.description, engine: engine, log: log, inputs: inputs.map(\.name), session: session,
            host: host, telemetry: telemetry, toolHost: tools?.desk.host, recollections: recollections?.recollections,
            control: try? control.get())
        tools?.tools.note(inputs: inputs)
        do {
            let report = SandboxReport.probe(configuration.arrangement)
            let event = SessionOpened(
                session: opened.name, version: Version.text, model: models.title, inputs: inputs,
                sandbox: report.record, rebuiltCells: opened.engine.cellsToRebuild,
                limits: limits.kernel, data: data,
                remembers: recollections?.keepsEpisodes ?? false)
            try await log.record(.sessionOpened(event), at: .coordinator)
            if let derived = setup.derived { try await log.record(.sessionDerived(derived), at: .coordinator) }
            if let warning = report.warning {
                try await log.record(.notice(Notice(.warning, warning)), at: .coordinator)
            }
            if let problem = read.problem {
                try await log.record(.notice(Notice(.warning, problem)), at: .coordinator)
            }
            if case .failure(let refusal) = control {
                let text = "Nobody can step into this run from another terminal: \(refusal.reason)"
                try await log.record(.notice(Notice(.warning, text)), at: .coordinator)
            }
            if let choice { try await log.record(.notice(Notice(.info, choice)), at: .coordinator) }
            try await opened.engine.open(intent)
        } catch {
            opened.control?.close()
            await opened.engine.close()
            await tools?.desk.host.close()
            await recollections?.recollections.close()
            await host.stop()
            throw CommandFailure(CommandFailure.reason(of: error))
        }
        return opened
    }

    /// The socket by which the owner steps in from another terminal.
    private static func control(
        of engine: SessionEngine, _ setup: SessionSetup, _ consent: ConsentDesk?, in folder: String
    ) -> Result<ControlServer, ControlRefusal> {
        let hands = RunHands(
            stop: setup.stop, decide: { consent?.decide($0, $1) ?? false }, waits: { consent?.waits($0) ?? false })
        return ControlServer.open(in: folder, attendance: { consent?.attend($0) }) { request, user, process in
            await engine.step(request, user: user, process: process, hands)
        }
    }

    private static func apply(
        _ asked: KernelLimits, to configuration: inout KernelHostConfiguration
    ) throws(CommandFailure) {
        if let memory = asked[.memory], let total = asked[.total], memory > total {
            throw CommandFailure(
                "limit memory=\(KernelLimit.memory.text(memory)) of one kernel is more than "
                    + "total=\(KernelLimit.total.text(total)) of all of them; lower the one or raise the other",
                exitCode: 2)
        }
        configuration.apply(asked)
    }

    private static func history(of session: OpenSession) async throws(CommandFailure) -> [Event] {
        do throws(JournalError) {
            return try await session.journal.history()
        } catch {
            throw CommandFailure(error.reason)
        }
    }

    /// Earlier inputs with the new ones; a new one replaces an earlier one of its name. Earlier files must still be there.
    static func merged(_ earlier: [DataInput], _ given: [DataInput]) throws(CommandFailure) -> [DataInput] {
        let kept = earlier.filter { old in !given.contains { $0.name == old.name } }
        for input in kept where !FileManager.default.fileExists(atPath: input.path) {
            throw CommandFailure(
                "the session's input '\(input.name)' was \(input.path), which is not there any more. Put it back, or name "
                    + "another: --data \(input.name)=PATH")
        }
        return kept + given
    }

    /// Stops everything and makes it durable. Events recorded so far are shown; none come after.
    func close() async {
        control?.close()
        await engine.close()
        await toolHost?.close()
        await recollections?.close()
        await host.stop()
        log.close()
        try? await session.close()
        await telemetry?.end()
    }
}

extension CommandFailure {
    /// The sentence of whatever error went wrong below.
    static func reason(of error: any Error) -> String {
        switch error {
        case let error as CommandFailure: error.reason
        case let error as KernelError: error.reason
        case let error as JournalError: error.reason
        case let error as StoreError: error.reason
        case let error as ModelError: error.reason
        case let error as LibraryError: error.reason
        case let error as ToolError: error.line
        case let error as RecollectionError: error.reason
        case let error as ModelSetupError: error.reason
        case is CancellationError: "stopped by the user"
        default: "\(error)"
        }
    }
}
