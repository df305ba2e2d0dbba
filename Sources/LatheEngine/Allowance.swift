internal import LatheVocabulary

/// The only capabilities that an agent may use, as `CAPABILITIES` in its file says.
struct Allowance: Sendable, Hashable {
    /// The agent whose file says it.
    let agent: String
    /// The names of the functions that it may import and of the agents that it may delegate to.
    let names: [String]

    /// Nil where its file says nothing: then it may use all that its session may.
    init?(of agent: Agent) {
        guard let names = agent.capabilities else { return nil }
        (self.agent, self.names) = (agent.name, names)
    }

    /// Throws for what is not among them. The agent itself is: its kernel imports its file for `prepare` and `check`.
    func require(_ kind: Capability.Kind, _ name: String) throws(HostRefusal) {
        guard !names.contains(name), kind != .agent || name != agent else { return }
        let list = names.isEmpty ? "nothing of the library" : "only \(names.joined(separator: ", ")) of the library"
        throw HostRefusal(
            "not_allowed",
            "agent \(agent) may use \(list), as CAPABILITIES in its file says: do without \(name.singleLine(upTo: 64))")
    }
}
