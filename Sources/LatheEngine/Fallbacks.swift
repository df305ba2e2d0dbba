internal import LatheVocabulary

/// The models that take over, in the order of a role's chain, where one cannot be called.
struct Fallbacks: Sendable {
    /// The model at a position of the chain, 0 for the first; nil behind the last.
    typealias Chain = @Sendable (_ position: Int) async throws(ModelError) -> (any LanguageModel)?

    private let chain: Chain
    private var position = 0

    init(_ chain: @escaping Chain) { self.chain = chain }

    /// None: what fails has failed.
    static let none = Fallbacks { (_: Int) async throws(ModelError) -> (any LanguageModel)? in nil }

    /// Whether there is a further model that can be made.
    var hasMore: Bool {
        get async { await remaining().hasNext }
    }

    /// Why none of the further models can take over after a failure, one sentence each; empty where one can, where there is none, and
    /// where the failure is not one that another model could mend. What is replayed says itself what it failed of.
    func obstacles(after model: any LanguageModel, _ request: ModelRequest, _ error: ModelError) async -> [String] {
        guard error.canBeSteppedRound, !model.replays(request) else { return [] }
        let remaining = await remaining()
        return remaining.hasNext ? [] : remaining.skipped
    }

    /// Looks for the next model that can be made, without taking it.
    private func remaining() async -> (hasNext: Bool, skipped: [String]) {
        var skipped: [String] = []
        var position = position
        while true {
            position += 1
            do throws(ModelError) {
                return (try await chain(position) != nil, skipped)
            } catch {
                skipped.append(error.reason)
            }
        }
    }

    /// Takes the next model that can be made; nil where there is none, or the failure is not one that another model could mend.
    /// A recorded failure falls back where it did so when it was recorded.
    mutating func next(
        after model: any LanguageModel, _ request: ModelRequest, _ error: ModelError
    ) async -> (model: any LanguageModel, told: ModelFellBack)? {
        guard error.canBeSteppedRound, model.fellBack(after: request) else { return nil }
        var skipped: [String] = []
        while true {
            position += 1
            do throws(ModelError) {
                guard let next = try await chain(position) else { return nil }
                let told = ModelFellBack(
                    turn: request.turn, from: model.name, to: next.name, code: error.code, reason: error.reason,
                    skipped: skipped.isEmpty ? nil : skipped)
                return (next, told)
            } catch {
                skipped.append(error.reason)
            }
        }
    }
}
