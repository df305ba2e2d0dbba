/// What an agent's file says of its place among agents: what it is good at, and who may delegate to whom.
package struct AgentProfile: Sendable, Hashable, Codable {
    package enum Role: String, Sendable, Codable, CaseIterable {
        /// Works itself and delegates to nobody.
        case worker
        /// Splits work up and delegates it.
        case orchestrator
        case both
    }

    /// What it can do, in phrases of a few words; untrusted text.
    package var skills: [String]
    /// The fields in which it is better than others.
    package var specialisesIn: [String]
    /// How many of its subtasks run at a time at each depth; nil for as many as any.
    package var maxParallel: Int?
    package var role: Role
    package var mayDelegate: Bool
    /// Where this is false, only a handoff gives it work.
    package var mayBeDelegatedTo: Bool

    package init(
        skills: [String] = [], specialisesIn: [String] = [], maxParallel: Int? = nil, role: Role = .both,
        mayDelegate: Bool = true, mayBeDelegatedTo: Bool = true
    ) {
        self.skills = skills
        self.specialisesIn = specialisesIn
        self.maxParallel = maxParallel
        self.role = role
        self.mayDelegate = mayDelegate
        self.mayBeDelegatedTo = mayBeDelegatedTo
    }

    /// Reads it as the library's reader prints it; nil where that has another form.
    package init?(_ value: JSONValue) {
        guard let role = value["role"]?.stringValue.flatMap(Role.init),
            let delegates = value["may_delegate"]?.boolValue,
            let taken = value["may_be_delegated_to"]?.boolValue
        else { return nil }
        func texts(_ key: String) -> [String] { (value[key]?.arrayValue ?? []).compactMap(\.stringValue) }
        self.init(
            skills: texts("skills"), specialisesIn: texts("specialises_in"),
            maxParallel: value["max_parallel"]?.integerValue.flatMap { (1...1_000).contains($0) ? $0 : nil },
            role: role,
            mayDelegate: delegates, mayBeDelegatedTo: taken)
    }

    /// Whether it is what holds for files that say nothing of it.
    package var isDefault: Bool { self == AgentProfile() }

    package var json: JSONValue {
        [
            "skills": .array(skills.map(JSONValue.string)),
            "specialises_in": .array(specialisesIn.map(JSONValue.string)),
            "max_parallel": maxParallel.map { .integer($0) } ?? .null, "role": .string(role.rawValue),
            "may_delegate": .bool(mayDelegate), "may_be_delegated_to": .bool(mayBeDelegatedTo),
        ]
    }
}
