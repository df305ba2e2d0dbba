package struct CellOutputSeen: Sendable, Hashable, Codable {
    package var cell: Int
    package var stream: OutputStream?
    package var text: String?
    package var artifact: Artifact?

    package init(cell: Int, stream: OutputStream? = nil, text: String? = nil, artifact: Artifact? = nil) {
        self.cell = cell
        self.stream = stream
        self.text = text
        self.artifact = artifact
    }
}

package struct HostCalled: Sendable, Hashable, Codable {
    package var cell: Int
    /// 1, 2, 3 … within the place.
    package var call: Int
    package var name: String
    package var arguments: JSONValue
    package var slices: Int

    package init(cell: Int, call: Int, name: String, arguments: JSONValue, slices: Int) {
        self.cell = cell
        self.call = call
        self.name = name
        self.arguments = arguments
        self.slices = slices
    }
}

package struct HostAnswered: Sendable, Hashable, Codable {
    package var call: Int
    package var name: String
    /// Exactly one of value and reason is set.
    package var value: JSONValue?
    package var code: String?
    package var reason: String?
    /// True where a recorded answer was given again instead of acting.
    package var isRecorded: Bool

    package init(
        call: Int, name: String, value: JSONValue? = nil, code: String? = nil, reason: String? = nil,
        isRecorded: Bool = false
    ) {
        self.call = call
        self.name = name
        self.value = value
        self.code = code
        self.reason = reason
        self.isRecorded = isRecorded
    }
}

package struct SubtaskStarted: Sendable, Hashable, Codable {
    package var id: Int
    package var label: String
    package var place: Place
    package var agent: Agent
    package var task: String
    package var model: String
    package var maxTurns: Int

    package init(
        id: Int, label: String, place: Place, agent: Agent, task: String, model: String, maxTurns: Int
    ) {
        self.id = id
        self.label = label
        self.place = place
        self.agent = agent
        self.task = task
        self.model = model
        self.maxTurns = maxTurns
    }
}

package struct CapabilityUsed: Sendable, Hashable, Codable {
    package var kind: Capability.Kind
    package var name: String
    package var sha256: String

    package init(kind: Capability.Kind, name: String, sha256: String) {
        self.kind = kind
        self.name = name
        self.sha256 = sha256
    }
}
