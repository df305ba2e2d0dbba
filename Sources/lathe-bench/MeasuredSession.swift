internal import LatheEngine
internal import LatheKernelHost
internal import LatheLibrary
internal import LatheStore
internal import LatheVocabulary

/// A whole session as `lathe` wires it: engine, journal on disk, library, sandboxed kernels. Only the model is scripted.
///
/// One step at a time. `close` takes away what was started; the session's folder goes with it.
actor MeasuredSession {
    private struct Opened {
        var scratch: Scratch
        var session: OpenSession
        var host: KernelHost
        var services: EngineServices
        var engine: SessionEngine
    }

    private let parts: BenchParts
    private let clock = ContinuousClock()
    private var opened: Opened?

    init(parts: BenchParts) { self.parts = parts }

    /// Opens a session whose subtasks run the step's code, at most `count` of them at the same time.
    ///
    /// With a library, it is that one which the session's code searches.
    func open(_ step: Step, _ library: SourceLibrary? = nil) async throws -> StepAnswer {
        await close()
        let scratch = try Scratch()
        let began = clock.now
        do {
            let session = try await SessionStore(folder: scratch.path + "/sessions").create("bench")
            do {
                try await start(step, session, scratch, library)
            } catch {
                try? await session.close()
                throw error
            }
        } catch {
            scratch.remove()
            throw error
        }
        return StepAnswer(seconds: [(clock.now - began) / .seconds(1)])
    }

    private func start(
        _ step: Step, _ session: OpenSession, _ scratch: Scratch, _ library: SourceLibrary?
    ) async throws {
        let host = try await KernelHost.start(parts.configuration(folder: session.folder.path))
        var limits = EngineLimits()
        limits.parallelSubtasks = max(step.count, limits.parallelSubtasks)
        // A soak starts thousands.
        limits.subtasksPerRun = 1_000_000
        let script = SubtaskScript(code: step.code)
        let services = EngineServices(
            session: "bench", log: EventLog(journal: session.journal), placement: host,
            library: library ?? parts.library(folder: scratch.path), limits: limits, model: { _ in script })
        do {
            let engine = try await Self.engine(services)
            opened = Opened(scratch: scratch, session: session, host: host, services: services, engine: engine)
        } catch {
            await host.stop()
            throw error
        }
    }

    private static func engine(_ services: EngineServices) async throws -> SessionEngine {
        let engine = SessionEngine(services: services, past: SessionPast([]))
        do {
            try await engine.open()
        } catch {
            await engine.close()
            throw error
        }
        return engine
    }

    /// Ends the conversation and its kernel and begins another; what the first remembered is gone.
    func renew() async throws -> StepAnswer {
        guard let opened else { throw Self.notOpened }
        let began = clock.now
        await opened.engine.close()
        self.opened?.engine = try await Self.engine(opened.services)
        return StepAnswer(seconds: [(clock.now - began) / .seconds(1)])
    }

    /// Runs a cell of the user's; what it gives is checked and handed back.
    func execute(_ step: Step) async throws -> StepAnswer {
        guard let opened else { throw Self.notOpened }
        let began = clock.now
        let result = try await opened.engine.execute(step.code)
        let seconds = (clock.now - began) / .seconds(1)
        return StepAnswer(seconds: [seconds], value: try step.checked(result))
    }

    /// Runs a cell of the user's and tells how it ended, whatever that is.
    func attempt(_ step: Step) async throws -> StepAnswer {
        guard let engine = opened?.engine else { throw Self.notOpened }
        let began = clock.now
        let work = Task { try await engine.execute(step.code) }
        if step.count > 0 {
            try await Task.sleep(for: .milliseconds(step.count))
            work.cancel()
        }
        let result = try await work.value
        let words = result.failure.map { ": \($0.type): \($0.message)" } ?? ""
        return StepAnswer(seconds: [(clock.now - began) / .seconds(1)], value: result.status.rawValue + words)
    }

    /// Undoes the last cell and tells whether that could be done.
    func undo() async throws -> StepAnswer {
        guard let engine = opened?.engine else { throw Self.notOpened }
        let began = clock.now
        let outcome = try await engine.undo()
        let seconds = (clock.now - began) / .seconds(1)
        switch outcome {
        case .undone: return StepAnswer(seconds: [seconds], value: "undone")
        case .refused(let reason): return StepAnswer(seconds: [seconds], value: "refused: " + reason)
        }
    }

    func close() async {
        guard let opened else { return }
        self.opened = nil
        await opened.engine.close()
        await opened.host.stop()
        try? await opened.session.close()
        opened.scratch.remove()
    }

    private static let notOpened = BenchError("no session was opened")
}
