/// The agents that fit words best, and those that fit as well and are not chosen.
package struct AgentFinding: Sendable, Hashable {
    package struct Candidate: Sendable, Hashable {
        package var name: String
        package var summary: String
        package var profile: AgentProfile
        package var modelRole: String?
        /// Nil for a text, or where it is too long to be told.
        package var returns: JSONValue?
        package var status: String
        /// How well it fits, 0 to about 1: by meaning, and a little by words.
        package var match: Double
        /// Whether it fits about as well as the best.
        package var isClose: Bool
        package var health: AgentHealth

        package init(
            name: String, summary: String, profile: AgentProfile, modelRole: String?, returns: JSONValue?,
            status: String, match: Double, isClose: Bool, health: AgentHealth
        ) {
            self.name = name
            self.summary = summary
            self.profile = profile
            self.modelRole = modelRole
            self.returns = returns
            self.status = status
            self.match = match
            self.isClose = isClose
            self.health = health
        }
    }

    package struct LeftOut: Sendable, Hashable {
        package var name: String
        package var reason: String

        package init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }

    /// The best few first, by health among those that are close.
    package var candidates: [Candidate]
    package var leftOut: [LeftOut]
    /// How many were looked through.
    package var searched: Int
    /// Why meanings were not compared, or not all; nil where they were.
    package var caveat: String?
    /// For the user; not for a kernel.
    package var notices: [String]

    package init(
        candidates: [Candidate] = [], leftOut: [LeftOut] = [], searched: Int = 0, caveat: String? = nil,
        notices: [String] = []
    ) {
        self.candidates = candidates
        self.leftOut = leftOut
        self.searched = searched
        self.caveat = caveat
        self.notices = notices
    }

    /// As it travels to a kernel and lies in the journal.
    package var json: JSONValue {
        [
            "agents": .array(candidates.map(\.json)),
            "left_out": .array(leftOut.map { ["agent": .string($0.name), "reason": .string($0.reason)] }),
            "searched": .integer(searched), "caveat": caveat.map { .string($0) } ?? .null,
        ]
    }

    /// Reads it back from a journal; nil where the value is something else.
    package init?(_ value: JSONValue) {
        guard let agents = value["agents"]?.arrayValue else { return nil }
        self.init(
            candidates: agents.compactMap(Candidate.init),
            leftOut: (value["left_out"]?.arrayValue ?? []).map {
                LeftOut(name: $0["agent"]?.stringValue ?? "", reason: $0["reason"]?.stringValue ?? "")
            }, searched: value["searched"]?.integerValue ?? 0, caveat: value["caveat"]?.stringValue)
    }
}

extension AgentFinding.Candidate {
    package var json: JSONValue {
        [
            "agent": .string(name), "what": .string(summary), "profile": profile.json,
            "model": modelRole.map { .string($0) } ?? .null, "returns": returns ?? .null, "status": .string(status),
            "match": .number(match), "is_close": .bool(isClose), "health": health.json,
        ]
    }

    init?(_ value: JSONValue) {
        guard let name = value["agent"]?.stringValue else { return nil }
        self.init(
            name: name, summary: value["what"]?.stringValue ?? "",
            profile: value["profile"].flatMap(AgentProfile.init) ?? AgentProfile(),
            modelRole: value["model"]?.stringValue, returns: value["returns"].flatMap { $0 == .null ? nil : $0 },
            status: value["status"]?.stringValue ?? "", match: value["match"]?.numberValue ?? 0,
            isClose: value["is_close"]?.boolValue ?? false, health: AgentHealth(value["health"]))
    }
}
