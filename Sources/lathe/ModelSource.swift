internal import LatheProviders
internal import LatheVocabulary

/// Where a session's models come from: the configuration, or a recording.
protocol ModelSource: Sendable {
    /// What the screens call the default model; known after `prepare`.
    var title: String { get }
    /// Finds the default model, so that a missing server is told before anything else happens; returns a sentence
    /// where the choice was not the user's.
    func prepare() async throws(CommandFailure) -> String?
    func model(for role: String?) async throws(ModelError) -> any LanguageModel
    /// The model at a position of a role's chain, 0 for the role's own; nil behind the last.
    func fallback(for role: String?, at position: Int) async throws(ModelError) -> (any LanguageModel)?
    /// Stops a model server that was started for this program run.
    func close() async
}

/// Answered from a recording as far as it goes, then by the configured models.
struct BranchedModels: ModelSource {
    let recorded: ReplayModel
    let live: ConfiguredModels

    var title: String { live.title }
    func prepare() async throws(CommandFailure) -> String? { try await live.prepare() }

    func model(for role: String?) async throws(ModelError) -> any LanguageModel {
        BranchModel(recorded: recorded, live: try await live.model(for: role))
    }

    func fallback(for role: String?, at position: Int) async throws(ModelError) -> (any LanguageModel)? {
        guard let live = try await live.fallback(for: role, at: position) else { return nil }
        return BranchModel(recorded: recorded, live: live)
    }

    func close() async { await live.close() }
}

/// Every place answered from one recording.
struct RecordedModels: ModelSource {
    let model: ReplayModel

    var title: String { model.name }
    func prepare() -> String? { nil }
    func model(for role: String?) -> any LanguageModel { model }
    /// The recording speaks for each model of a chain; where it fell back is in it.
    func fallback(for role: String?, at position: Int) -> (any LanguageModel)? { model }
    func close() {}
}
