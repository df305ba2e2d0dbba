internal import LatheVocabulary
internal import Synchronization

/// The gates of models that take so many calls at a time, by their names. Safe from any thread.
final class ModelGates: Sendable {
    private let gates = Mutex<[String: AsyncGate]>([:])

    /// The gate of a model; nil where nothing bounds its calls.
    func gate(of model: any LanguageModel) -> AsyncGate? {
        guard let places = model.parallelCalls else { return nil }
        return gates.withLock { gates in
            if let gate = gates[model.name] { return gate }
            let gate = AsyncGate(places)
            gates[model.name] = gate
            return gate
        }
    }
}
