/// An agent was chosen among those that fit words.
package struct AgentChosen: Sendable, Hashable, Codable {
    package struct Candidate: Sendable, Hashable, Codable {
        package var agent: String
        /// How well it fits, 0 to about 1.
        package var match: Double
        /// What became of its subtasks, in a few words.
        package var health: String

        package init(agent: String, match: Double, health: String) {
            self.agent = agent
            self.match = match
            self.health = health
        }
    }

    /// The words that it was looked for with.
    package var need: String
    /// As lathe found them, the best first.
    package var candidates: [Candidate]
    package var chosen: String
    /// In the words of who chose: untrusted text.
    package var because: String

    private enum CodingKeys: String, CodingKey {
        case need = "for"
        case candidates, chosen, because
    }

    package init(need: String, candidates: [Candidate], chosen: String, because: String) {
        self.need = need
        self.candidates = candidates
        self.chosen = chosen
        self.because = because
    }

    /// One line for screens.
    package var sentence: String {
        let others = candidates.filter { $0.agent != chosen }.map(\.agent)
        let among = others.isEmpty ? "" : " (among \(others.joined(separator: ", ")))"
        return "agent \(chosen)\(among) for “\(need)”: \(because)"
    }
}
