internal import LatheVocabulary

/// Lets so many subtasks of an agent run at a time as `MAX_PARALLEL` in its file says; the others wait.
///
/// Keyed as the gates of depths are (see `Delegation`), so that nobody holds the place that it waits for, also where an agent delegates
/// to itself, or two to each other, or asks for a specialist that is itself.
actor AgentGates {
    private struct Key: Hashable {
        var agent: String
        var places: Int
        var depth: Int
        var isSpecialist: Bool
    }

    private var gates: [Key: AsyncGate] = [:]

    /// Nil for an agent without such a limit.
    func gate(of agent: Agent, at depth: Int, isSpecialist: Bool) -> AsyncGate? {
        guard agent.isSaved, let places = agent.profile?.maxParallel else { return nil }
        let key = Key(agent: agent.name, places: places, depth: depth, isSpecialist: isSpecialist)
        let gate = gates[key] ?? AsyncGate(places)
        gates[key] = gate
        return gate
    }
}
