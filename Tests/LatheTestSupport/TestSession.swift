internal import Foundation
package import LatheEngine
package import LatheKernelHost
package import LatheLibrary
internal import LatheRecall
internal import LatheStore
package import LatheVocabulary

/// A session in a folder of its own with a real sandboxed kernel and a real library, for tests through the engine.
package struct TestSession: Sendable {
    package let folder: String
    /// What its kernel may write to, and where its cells begin.
    package var workFolder: String { [folder, "work", "session"].joined(separator: "/") }
    package let engine: SessionEngine
    package let log: EventLog
    package let journal: MemoryJournal
    package let library: SourceLibrary
    package let model: ScriptedModel
    /// How many cells of the past were run again.
    package private(set) var rebuilt = 0

    /// Opens a session, runs `body`, and stops and deletes everything. Where it `examines`, what is saved is run first; where it `counts`, the library has a journal. `model`
    /// plays the roles that have no model of their own, and `fallbacks` take over from it.
    package static func run<T>(
        _ model: ScriptedModel, inputs: [DataInput] = [], past: [Event] = [], intent: OpeningIntent = .begin,
        limits: EngineLimits = EngineLimits(), roles: [String: ScriptedModel] = [:],
        fallbacks: [Result<ScriptedModel, ModelError>] = [], named name: String = "test", memory: SessionMemory? = nil,
        tools: SessionTools? = nil, recollections: SessionRecollections? = nil,
        instructions: ProjectInstructions? = nil, examines: Bool = false, counts: Bool = false,
        consent: (any HandoffConsent)? = nil, review: (any PlanReview)? = nil,
        granting: (any SpecialistConsent)? = nil,
        adjust: (inout KernelHostConfiguration) -> Void = { _ in },
        placing: (any KernelPlacement) -> any KernelPlacement = { $0 }, _ body: (TestSession) async throws -> T
    ) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let built = try BuiltParts.find()
        var configuration = built.configuration(folder: folder, inputs: inputs)
        configuration.apply(limits.kernel)
        adjust(&configuration)
        var limits = limits
        limits.kernel = configuration.kernelLimits
        let host = try await TemplateSuccession.start(configuration)
        let journal = MemoryJournal(past)
        let log = EventLog(journal: journal)
        let examiner = KernelExaminer(
            folder: folder + "/generated-capabilities", python: built.interpreter,
            reader: built.root + "/python/lathe_library"
        ) { () throws(LibraryError) in host }
        let library = built.library(
            folder: folder + "/generated-capabilities", examiner: examines ? examiner : nil,
            journal: counts ? LibraryDatabase(folder: folder + "/.lathe") : nil)
        var services = EngineServices(
            session: name, log: log, placement: placing(host), library: library, limits: limits, memory: memory,
            tools: tools, recollections: recollections, instructions: instructions,
            fallback: { _, position async throws(ModelError) in
                position > 0 && position <= fallbacks.count ? try fallbacks[position - 1].get() : nil
            },
            model: { role in role.flatMap { roles[$0] } ?? model })
        (services.handoffConsent, services.specialistConsent) = (consent, granting)
        services.planReview = review
        services.commandingWords = { CommandingText.words(in: $0) }
        let engine = SessionEngine(services: services, past: SessionPast(past))
        var session = TestSession(
            folder: folder, engine: engine, log: log, journal: journal, library: library, model: model)
        do {
            session.rebuilt = try await engine.open(intent)
            let value = try await body(session)
            await engine.close()
            await host.stop()
            return value
        } catch {
            await engine.close()
            await host.stop()
            throw error
        }
    }
}
