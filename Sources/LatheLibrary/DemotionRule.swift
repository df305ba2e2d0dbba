internal import LatheVocabulary

/// When a capability loses its place by its failures (docs/decisions/0023).
///
/// Sessions are what counts, each with the share of its calls that failed: one that calls it a million times weighs as much as one
/// that calls it once. What is compared with `share` is the lower end of Wilson's interval for the mean of those shares,
/// of which the true share is above with a probability of 95 %; it is the lower the fewer sessions there are.
package struct DemotionRule: Sendable, Hashable {
    /// Above this it is demoted; 0 up to 1.
    package var share: Double
    /// At least so many sessions have to have used it.
    package var sessions: Int

    /// The newest sessions that are looked at.
    static let window = 20
    /// What `sessions` can be.
    package static let possibleSessions = 1...window
    private static let quantile = 1.645

    package init(share: Double = 0.5, sessions: Int = 3) {
        self.share = share
        self.sessions = sessions
    }

    /// Why what came to this is demoted, a tally for each session; nil where it is not.
    func reason(_ tallies: [UseTally], _ errors: [String]) -> String? {
        let judged = tallies.filter { $0.judged > 0 }
        guard judged.count >= sessions, Self.lowest(judged.compactMap(\.share)) > share else { return nil }
        let all = judged.reduce(UseTally(calls: 0), +)
        let named = errors.isEmpty ? "" : " (\(errors.prefix(3).joined(separator: ", ")))"
        return """
            \(all.failures) of \(all.judged) calls failed\(named) in the newest \(judged.count) sessions that used it
            """
    }

    /// The lower end of Wilson's interval for the mean of `shares`.
    static func lowest(_ shares: [Double]) -> Double {
        guard !shares.isEmpty else { return 0 }
        let (count, square) = (Double(shares.count), quantile * quantile)
        let mean = shares.reduce(0, +) / count
        let spread = quantile * (mean * (1 - mean) / count + square / (4 * count * count)).squareRoot()
        return (mean + square / (2 * count) - spread) / (1 + square / count)
    }
}
