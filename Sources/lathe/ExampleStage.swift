internal import Foundation
internal import LatheEngine
internal import LatheKernelHost
internal import LatheLibrary
internal import LatheProviders
internal import LatheRecall
internal import LatheStore
internal import LatheVocabulary

/// Where agents are run on their examples: each in kernels and a session of its own, in a folder that goes with it.
struct ExampleStage: Sendable {
    /// What one run gave.
    struct Played: Sendable {
        var outcome: SubtaskOutcome
        var events: [Event]
        var seconds: Double
    }

    let project: Project
    let installation: Installation

    /// Replays each recorded example. What cannot be run is told of it; nothing of one disturbs another.
    func replay(_ examples: [AgentExample], of staged: StagedAgent) async -> [ExampleRun] {
        var runs: [ExampleRun] = []
        for example in examples where !Task.isCancelled { runs.append(await replay(example, of: staged)) }
        return runs
    }

    private func replay(_ example: AgentExample, of staged: StagedAgent) async -> ExampleRun {
        guard let recording = example.recording else {
            let mend = "lathe library test agents/\(staged.agent.name) --record"
            return ExampleRun(name: example.name, problem: "it is not recorded: \(mend)")
        }
        let told = try? ExampleFiles.sha256(ofInstructions: staged.agent.instructions)
        var run = ExampleRun(name: example.name, isStale: told != recording.instructionsSHA256)
        do {
            let entries = recording.replies.map {
                Recording.Entry(place: $0.place, turn: $0.turn, reply: $0.reply)
            }
            let header = Recording.Header(
                task: example.task, inputs: [], model: recording.model, session: recording.session)
            let model = ReplayModel(Recording(header: header, entries: entries))
            let played = try await play(example, of: staged, RecordedModels(model: model))
            run.differences = recording.differences(from: played.outcome, in: played.events)
            run.differences += misfits(of: played.outcome, example)
            run.seconds = played.seconds
        } catch {
            run.problem = CommandFailure.reason(of: error)
        }
        return run
    }

    /// What of a result does not fit what the example expects of every one.
    func misfits(of outcome: SubtaskOutcome, _ example: AgentExample) -> [String] {
        guard let expects = example.expects, let value = outcome.value else { return [] }
        switch ReturnsSchema.checked(expects) {
        case .success(let schema): return schema.misfits(of: value).map { "it is not as expected: \($0)" }
        case .failure(let refused): return ["its `expects` cannot be used: \(refused.reason)"]
        }
    }

    /// Runs an agent on one example, with whatever answers for its model.
    func play(
        _ example: AgentExample, of staged: StagedAgent, _ models: any ModelSource,
        budget: BudgetLimits = BudgetLimits()
    ) async throws -> Played {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-example-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let session = try await SessionStore(folder: folder).create("example")
        var configuration = KernelHostConfiguration(
            sessionFolder: session.folder.path, environment: installation.environment, python: installation.python,
            kernelProgram: installation.kernelProgram)
        configuration.apply(project.kernelLimits)
        configuration.forkedAhead = 1
        let host: KernelHost
        do {
            host = try await KernelHost.start(configuration)
        } catch {
            try? await session.close()
            throw error
        }
        let result: Result<Played, any Error>
        do {
            result = .success(try await play(example, staged, models, budget, host, configuration, session))
        } catch {
            result = .failure(error)
        }
        await host.stop()
        try? await session.close()
        return try result.get()
    }

    private func play(
        _ example: AgentExample, _ staged: StagedAgent, _ models: any ModelSource, _ budget: BudgetLimits,
        _ host: KernelHost, _ configuration: KernelHostConfiguration, _ session: OpenSession
    ) async throws -> Played {
        let slice = try example.data.map { text throws(KernelError) in
            try host.exampleSlice(text, files: example.files)
        }
        var limits = project.limits
        limits.kernel = configuration.kernelLimits
        let library = project.openLibrary(installation, examiner: project.examiner(installation, in: host))
        let log = EventLog(journal: session.journal)
        var services = EngineServices(
            session: session.name.description, log: log, placement: host,
            library: StagedLibrary(library, staging: staged), limits: limits,
            fallback: { role, position async throws(ModelError) in
                try await models.fallback(for: role, at: position)
            },
            model: { role async throws(ModelError) in try await models.model(for: role) })
        services.commandingWords = { CommandingText.words(in: $0) }
        let engine = SessionEngine(services: services, past: SessionPast([]))
        let clock = ContinuousClock.now
        do {
            let outcome = try await engine.play(staged.agent.name, on: example, slice: slice, budget: budget)
            let events = try await log.events(after: 0)
            await engine.close()
            log.close()
            return Played(outcome: outcome, events: events, seconds: (ContinuousClock.now - clock) / .seconds(1))
        } catch {
            await engine.close()
            log.close()
            throw error
        }
    }
}
