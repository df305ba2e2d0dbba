package import LatheEngine
package import LatheVocabulary

/// A session whose kernels are no processes, with a journal in memory.
package struct TwinSession: Sendable {
    package let engine: SessionEngine
    package let journal: MemoryJournal

    package static func run<T>(
        _ model: ScriptedModel, past: [Event] = [], limits: EngineLimits = EngineLimits(),
        cells: @escaping TwinPlacement.Work, _ body: (TwinSession) async throws -> T
    ) async throws -> T {
        let placement = TwinPlacement(cells)
        let journal = MemoryJournal(past)
        let services = EngineServices(
            session: "twin", log: EventLog(journal: journal), placement: placement, library: EmptyLibrary(),
            limits: limits, model: { _ in model })
        let session = TwinSession(engine: SessionEngine(services: services, past: SessionPast(past)), journal: journal)
        try await session.engine.open()
        do {
            let value = try await body(session)
            await session.engine.close()
            placement.stop()
            return value
        } catch {
            await session.engine.close()
            placement.stop()
            throw error
        }
    }

    /// A result that printed a text.
    package static func printed(_ cell: Cell, _ text: String) -> CellResult {
        let stdout = CapturedText(bytes: text.utf8.count, head: text)
        return CellResult(number: cell.number, status: .ok, seconds: 0, stdout: stdout)
    }
}
