/// One thing that happened in a session. The journal, the screens and the JSON output are all fed by these.
package struct Event: Sendable, Hashable {
    /// 1, 2, 3 … in the journal; 0 for a fleeting event, which is shown and never stored.
    package var sequence: Int
    /// Seconds since 1970-01-01 UTC.
    package var time: Double
    package var place: Place
    package var body: EventBody

    package init(sequence: Int, time: Double, place: Place, body: EventBody) {
        self.sequence = sequence
        self.time = time
        self.place = place
        self.body = body
    }
}

/// How surely an event must be kept before anyone acts on it.
package enum Durability: Sendable, Hashable {
    /// On disk (synchronised) before `append` returns.
    case durable
    /// Written with the next durable event or within a second.
    case batched
    /// Shown to the screens, never stored.
    case fleeting
}

/// What happened. Written as one JSON object with a `type`.
package enum EventBody: Sendable, Hashable {
    case sessionOpened(SessionOpened)
    case taskSubmitted(TaskSubmitted)
    case notice(Notice)
    case turnStarted(TurnStarted)
    case replyProgressed(ReplyProgressed)
    case turnFinished(TurnFinished)
    case turnFailed(TurnFailed)
    case modelTold(ModelTold)
    case cellStarted(Cell)
    case cellOutput(CellOutputSeen)
    case cellFinished(CellResult)
    case hostCalled(HostCalled)
    case hostAnswered(HostAnswered)
    case subtaskStarted(SubtaskStarted)
    case subtaskFinished(SubtaskOutcome)
    case capabilitySaved(SavedCapability)
    case capabilityUsed(CapabilityUsed)
    case answered(Answered)
    case taskFinished(TaskOutcome)

    package var durability: Durability {
        switch self {
        case .replyProgressed, .cellOutput: .fleeting
        case .notice, .capabilityUsed: .batched
        default: .durable
        }
    }
}

package struct SessionOpened: Sendable, Hashable, Codable {
    package var session: String
    package var version: String
    package var model: String
    package var inputs: [DataInput]
    /// The confinement layers in force, and what is lost without the missing ones.
    package var sandbox: [String]
    /// Cells that were run again to rebuild the working memory of an earlier program run.
    package var rebuiltCells: Int

    package init(
        session: String, version: String, model: String, inputs: [DataInput], sandbox: [String], rebuiltCells: Int = 0
    ) {
        self.session = session
        self.version = version
        self.model = model
        self.inputs = inputs
        self.sandbox = sandbox
        self.rebuiltCells = rebuiltCells
    }
}

package struct TaskSubmitted: Sendable, Hashable, Codable {
    package var task: String
    package init(task: String) { self.task = task }
}

/// Something the user should know that is nobody's result.
package struct Notice: Sendable, Hashable, Codable {
    package enum Level: String, Sendable, Codable { case info, warning }
    package var level: Level
    package var text: String

    package init(_ level: Level, _ text: String) {
        self.level = level
        self.text = text
    }
}

package struct TurnStarted: Sendable, Hashable, Codable {
    package var turn: Int
    package var model: String
    /// The whole request, as it was made before the provider's form.
    package var request: ModelRequest

    package init(turn: Int, model: String, request: ModelRequest) {
        self.turn = turn
        self.model = model
        self.request = request
    }
}

package struct ReplyProgressed: Sendable, Hashable, Codable {
    package var turn: Int
    /// Exactly one of the three is set.
    package var text: String?
    package var code: String?
    package var retry: String?

    package init(turn: Int, text: String? = nil, code: String? = nil, retry: String? = nil) {
        self.turn = turn
        self.text = text
        self.code = code
        self.retry = retry
    }
}

package struct TurnFinished: Sendable, Hashable, Codable {
    package var turn: Int
    package var reply: ModelReply
    package var seconds: Double
    /// True where the reply came from a recording, so that nothing was spent now.
    package var isReplayed: Bool

    package init(turn: Int, reply: ModelReply, seconds: Double, isReplayed: Bool = false) {
        self.turn = turn
        self.reply = reply
        self.seconds = seconds
        self.isReplayed = isReplayed
    }
}

package struct TurnFailed: Sendable, Hashable, Codable {
    package var turn: Int
    package var code: ModelError.Code
    package var reason: String

    package init(turn: Int, code: ModelError.Code, reason: String) {
        self.turn = turn
        self.code = code
        self.reason = reason
    }
}

/// What the engine itself says to a model between turns: that a reply was cut, empty, or repeats itself.
package struct ModelTold: Sendable, Hashable, Codable {
    package var text: String
    package init(text: String) { self.text = text }
}

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

package struct Answered: Sendable, Hashable, Codable {
    package var value: JSONValue
    package init(value: JSONValue) { self.value = value }
}
