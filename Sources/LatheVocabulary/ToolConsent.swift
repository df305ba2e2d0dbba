/// A call of a tool that a person is asked about while the code that makes it waits.
package struct ToolRequest: Sendable, Hashable {
    /// Who asks.
    package var place: Place
    package var cell: Int
    package var server: String
    package var tool: String
    package var arguments: JSONValue
    /// What the server says of the tool.
    package var description: String
    /// The agent whose code asks; nil for the session's own model, or the user's own cell.
    package var agent: String?
    /// Why it is not simply called.
    package var reason: ConsentReason = .unnamed

    package init(
        place: Place, cell: Int, server: String, tool: String, arguments: JSONValue, description: String,
        agent: String? = nil
    ) {
        self.agent = agent
        self.place = place
        self.cell = cell
        self.server = server
        self.tool = tool
        self.arguments = arguments
        self.description = description
    }
}

/// Why the user is asked about a call.
package enum ConsentReason: Sendable, Hashable {
    /// No rule names the tool, and it may change something or reach out.
    case unnamed
    /// By this pattern of `ask` in a lathe.json.
    case rule(String)
    /// It can carry data out, and who calls has read what others wrote.
    case exposed(Exposure)

    /// Whether "always" is an answer: it would be none to a rule that says ask, nor to the third.
    package var takesAlways: Bool { self == .unnamed }
}

/// Written `{"kind": "unnamed"}`, `{"kind": "rule", "pattern": "crm/*"}`, `{"kind": "exposed", "exposure": {…}}`.
extension ConsentReason: Codable {
    private enum Kind: String, Codable {
        case unnamed, rule, exposed
    }

    private enum Keys: String, CodingKey {
        case kind, pattern, exposure
    }

    package init(from decoder: any Decoder) throws {
        let told = try decoder.container(keyedBy: Keys.self)
        switch try told.decode(Kind.self, forKey: .kind) {
        case .unnamed: self = .unnamed
        case .rule: self = .rule(try told.decode(String.self, forKey: .pattern))
        case .exposed: self = .exposed(try told.decode(Exposure.self, forKey: .exposure))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var told = encoder.container(keyedBy: Keys.self)
        switch self {
        case .unnamed: try told.encode(Kind.unnamed, forKey: .kind)
        case .rule(let pattern):
            try told.encode(Kind.rule, forKey: .kind)
            try told.encode(pattern, forKey: .pattern)
        case .exposed(let exposure):
            try told.encode(Kind.exposed, forKey: .kind)
            try told.encode(exposure, forKey: .exposure)
        }
    }
}

/// Puts calls to the user, one at a time.
package protocol ToolConsent: Sendable {
    func answer(to request: ToolRequest) async -> ConsentAnswer
}

/// What the user says to a call.
package enum ConsentAnswer: String, Sendable, Hashable, Codable, CaseIterable {
    case once
    /// This tool, as it is defined now, in this session and its subtasks.
    case session
    /// This tool, as it is defined now, in all sessions of the project, until the user takes it back.
    case always
    case no
    /// There is no terminal, or the run was stopped while it waited.
    case nobody
}
