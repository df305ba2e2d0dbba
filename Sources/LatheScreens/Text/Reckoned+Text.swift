package import LatheVocabulary

extension Reckoned {
    /// What it would have cost, and that nobody was asked.
    package var sentence: String {
        guard let money = Figure.money(cost) else {
            return "what it had cost on \(model) alone is unknown: no price is known for a model"
        }
        return "\(money) had \(model) alone used these tokens"
    }
}
