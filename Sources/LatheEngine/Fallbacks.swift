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

    /// Whether there is a further model.
    var hasMore: Bool {
        get async {
            do throws(ModelError) {
                return try await chain(position + 1) != nil
            } catch {
                return true
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
