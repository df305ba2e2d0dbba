internal import LatheVocabulary

/// Lets so many subtasks of an agent run at a time as `MAX_PARALLEL` in its file says; the others wait.
///
/// Each depth has its own, so that a subtask that waits for its own subtasks never holds their place, also where an agent delegates to
/// itself, or two to each other.
actor AgentGates {
    private struct Key: Hashable {
        var agent: String
        var places: Int
        var depth: Int
    }

    private var gates: [Key: AsyncGate] = [:]

    /// Nil for an agent without such a limit.
    func gate(of agent: Agent, at depth: Int) -> AsyncGate? {
        guard agent.isSaved, let places = agent.profile?.maxParallel else { return nil }
        let key = Key(agent: agent.name, places: places, depth: depth)
        let gate = gates[key] ?? AsyncGate(places)
        gates[key] = gate
        return gate
    }
}
