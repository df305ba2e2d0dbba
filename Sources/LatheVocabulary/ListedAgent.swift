/// An agent that can be delegated to: of the library, or one that comes with lathe.
package struct ListedAgent: Sendable, Hashable {
    package var capability: Capability
    package var isBuiltIn: Bool
    /// The role of the model that plays it; nil for the default.
    package var modelRole: String?
    /// The schema of its results; nil for a text.
    package var returns: JSONValue?
    package var health: AgentHealth

    package init(
        capability: Capability, isBuiltIn: Bool, modelRole: String? = nil, returns: JSONValue? = nil,
        health: AgentHealth = AgentHealth()
    ) {
        self.capability = capability
        self.isBuiltIn = isBuiltIn
        self.modelRole = modelRole
        self.returns = returns
        self.health = health
    }

    package var name: String { capability.name }
    package var profile: AgentProfile { capability.profile ?? AgentProfile() }

    /// Why nothing can be delegated to it from a place; nil where it can. `hasRoom` says whether its subtasks could delegate further.
    package func obstacle(hasRoom: Bool) -> String? {
        if !profile.mayBeDelegatedTo { return "it may not be delegated to (MAY_BE_DELEGATED_TO); lathe.handoff can" }
        if profile.role == .orchestrator, !hasRoom {
            return "it only delegates, and its subtasks would be too deep for that"
        }
        return health.unhealthy.map { "it is unhealthy: \($0)" }
    }
}

/// An agent for words, and who asks.
package struct AgentNeed: Sendable, Hashable {
    package var words: String
    /// The most agents that are wanted.
    package var limit: Int
    /// The session that asks: its own proposals are among them.
    package var session: String
    /// The only names that may be found; nil for all.
    package var only: [String]?
    /// Whether subtasks of what is found could delegate further.
    package var hasRoom: Bool

    package init(words: String, limit: Int, session: String, only: [String]? = nil, hasRoom: Bool = true) {
        self.words = words
        self.limit = limit
        self.session = session
        self.only = only
        self.hasRoom = hasRoom
    }
}
