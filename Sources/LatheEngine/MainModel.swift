internal import LatheVocabulary
internal import Synchronization

/// The model that a session's coordinator is asked of, for reckoning what others' work would have cost on it. Safe from any thread.
final class MainModel: Sendable {
    private let model = Mutex<(any LanguageModel)?>(nil)

    func take(_ main: any LanguageModel) { model.withLock { $0 = main } }

    /// What a reply of another model would have cost; nil for the main model's own, and where nothing is spent.
    func reckoned(_ reply: ModelReply, of other: any LanguageModel) -> Reckoned? {
        guard let main = model.withLock({ $0 }), main.name != other.name, !main.isReplay else { return nil }
        return Reckoned(model: main.name, cost: main.cost(of: reply.usage))
    }
}
