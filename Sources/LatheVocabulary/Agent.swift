/// An agent: instructions, model, what it returns.
package struct Agent: Sendable, Hashable, Codable {
    package var name: String
    package var instructions: String
    /// A JSON Schema that results must fit; nil means text.
    package var returns: JSONValue?
    /// A role of the configuration, such as `small`; nil means `default`.
    package var modelRole: String?
    /// What its kernels may use, below the session's; nil where it says nothing.
    package var limits: KernelLimits?
    /// True where it is a library agent, whose module the kernel imports for `prepare` and `check`.
    package var isSaved: Bool
    /// What each of its subtasks may use, where a delegation says nothing else; nil where it says nothing.
    package var budget: BudgetLimits?
    /// The only capabilities that it may use; nil for all that its session may.
    package var capabilities: [String]?
    /// Patterns of the only tools of servers that it may call; nil for all that its session may.
    package var tools: [String]?
    /// True where it comes with lathe; nil, as in journals of before there were such, for all others.
    package var isBuiltIn: Bool?
    /// Of its source in the library, where it is of one.
    package var sha256: String?
    /// What it is chosen by, and who may delegate; nil where it says nothing.
    package var profile: AgentProfile?

    package init(
        name: String,
        instructions: String,
        returns: JSONValue? = nil,
        modelRole: String? = nil,
        limits: KernelLimits? = nil,
        isSaved: Bool = false,
        isBuiltIn: Bool? = nil,
        sha256: String? = nil,
        budget: BudgetLimits? = nil,
        capabilities: [String]? = nil,
        tools: [String]? = nil,
        profile: AgentProfile? = nil
    ) {
        self.profile = profile
        self.tools = tools
        self.name = name
        self.instructions = instructions
        self.returns = returns
        self.modelRole = modelRole
        self.limits = limits
        self.isSaved = isSaved
        self.isBuiltIn = isBuiltIn
        self.budget = budget
        self.capabilities = capabilities
        self.sha256 = sha256
    }
}

extension Agent {
    /// What it writes, where it is one of the writers that come with lathe.
    package var writes: Capability.Kind? {
        guard isBuiltIn == true else { return nil }
        switch name {
        case "function_writer": return .function
        case "agent_writer": return .agent
        default: return nil
        }
    }
}
