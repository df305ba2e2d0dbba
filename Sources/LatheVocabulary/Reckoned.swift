/// What tokens would have cost on the session's main model: the provider's count of them, at that model's prices. No model was asked,
/// and another one would have read and written other tokens.
package struct Reckoned: Sendable, Hashable, Codable {
    /// The main model.
    package var model: String
    package var cost: Cost

    package init(model: String, cost: Cost) {
        self.model = model
        self.cost = cost
    }

    /// Of all these turns, those of the main model at what they cost; nil where no other model was used.
    package init?(_ turns: some Sequence<TurnFinished>) {
        var (model, cost) = (String?.none, Cost.none)
        for turn in turns where !turn.isReplayed {
            model = turn.onMain?.model ?? model
            cost = cost + (turn.onMain?.cost ?? turn.reply.cost)
        }
        guard let model else { return nil }
        self.init(model: model, cost: cost)
    }
}
