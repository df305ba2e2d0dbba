/// Something that an agent was asked once, on small data: kept beside it, so that it can be run again.
package struct AgentExample: Sendable, Hashable {
    /// What its files are called after `example_`: letters, digits and `_`.
    package var name: String
    /// What the subtask was called, which its model is told.
    package var label: String
    package var task: String
    /// The slice as a Python expression of literals, tables of these, and files that lie beside it; nil where there was none.
    package var data: String?
    /// The files that `data` reads, by name.
    package var files: [String: [UInt8]]
    /// The schema that the delegation asked for; nil where that is the agent's own.
    package var returns: JSONValue?
    /// A JSON Schema that every result of it fits, however it was reached; nil for none beyond what the agent returns.
    package var expects: JSONValue?
    /// What the agent was told, of a run that may become an example; empty where it was read from files.
    package var instructions = ""
    /// Nil where it was never recorded.
    package var recording: AgentRecording?

    package init(
        name: String, label: String, task: String, data: String? = nil, files: [String: [UInt8]] = [:],
        returns: JSONValue? = nil, expects: JSONValue? = nil, recording: AgentRecording? = nil
    ) {
        self.name = name
        self.label = label
        self.task = task
        self.data = data
        self.files = files
        self.returns = returns
        self.expects = expects
        self.recording = recording
    }
}

/// The replies of the model that played an agent on an example, and what came of them.
package struct AgentRecording: Sendable, Hashable {
    package struct Reply: Sendable, Hashable, Codable {
        package var place: Place
        package var turn: Int
        package var reply: ModelReply

        package init(place: Place, turn: Int, reply: ModelReply) {
            self.place = place
            self.turn = turn
            self.reply = reply
        }
    }

    /// How a cell of the run ended.
    package struct CellEnd: Sendable, Hashable, Codable {
        package var place: Place
        package var cell: Int
        package var status: CellStatus
        /// The type of the exception, where there was one.
        package var failure: String?

        package init(place: Place, cell: Int, status: CellStatus, failure: String? = nil) {
            self.place = place
            self.cell = cell
            self.status = status
            self.failure = failure
        }
    }

    package var model: String
    /// Where it was recorded; empty where that was no session of the user's.
    package var session: String
    /// SHA-256 of what its model was told; the library writes it.
    package var instructionsSHA256 = ""
    package var result: JSONValue
    package var cells: [CellEnd]
    /// In the order in which they came.
    package var replies: [Reply]

    package init(
        model: String, session: String, result: JSONValue, cells: [CellEnd], replies: [Reply],
        instructionsSHA256: String = ""
    ) {
        self.model = model
        self.session = session
        self.instructionsSHA256 = instructionsSHA256
        self.result = result
        self.cells = cells
        self.replies = replies
    }
}

/// What became of an example when its recorded replies were given again.
package struct ExampleRun: Sendable, Hashable, Codable {
    package var name: String
    /// What is otherwise than it was recorded, one sentence each; empty where nothing is.
    package var differences: [String]
    /// Why it could not be run at all; nil where it was.
    package var problem: String?
    /// Whether its replies are those to other instructions than the agent has now.
    package var isStale: Bool
    package var seconds: Double

    package init(
        name: String, differences: [String] = [], problem: String? = nil, isStale: Bool = false, seconds: Double = 0
    ) {
        self.name = name
        self.differences = differences
        self.problem = problem
        self.isStale = isStale
        self.seconds = seconds
    }

    /// Whether it ended as it was recorded.
    package var isSame: Bool { problem == nil && differences.isEmpty }
}
