/// Another model of a role's chain took over, since the one before it cannot be called.
package struct ModelFellBack: Sendable, Hashable, Codable {
    /// The turn that failed; the next one is the other model's.
    package var turn: Int
    package var from: String
    package var to: String
    package var code: ModelError.Code
    package var reason: String
    /// Models in between that could not be made, each with its reason. Nil stands for none.
    package var skipped: [String]?

    package init(
        turn: Int, from: String, to: String, code: ModelError.Code, reason: String, skipped: [String]? = nil
    ) {
        self.turn = turn
        self.from = from
        self.to = to
        self.code = code
        self.reason = reason
        self.skipped = skipped
    }

    /// What happened, in one sentence.
    package var sentence: String {
        let past = (skipped ?? []).map { " \($0)" }.joined()
        return "\(to) goes on in place of \(from) (\(code.rawValue)): \(reason)\(past)"
    }
}
