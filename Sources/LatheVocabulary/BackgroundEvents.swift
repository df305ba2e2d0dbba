/// A tool call or a question to a model that code has begun in the background is about to be sent.
///
/// What was begun and has no such event never left lathe: a later program run may begin it. How it ends is a `SubtaskOutcome`.
package struct BackgroundStarted: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case tool
        case question
    }

    /// Numbered with the subtasks of agents: `subtask://ID`.
    package var id: Int
    package var kind: Kind
    /// `SERVER/TOOL`, or the first words of the question.
    package var label: String
    /// The cell that began it.
    package var cell: Int

    package init(id: Int, kind: Kind, label: String, cell: Int) {
        self.id = id
        self.kind = kind
        self.label = label
        self.cell = cell
    }
}

/// How far a tool call in the background is, by its server's words; at most one a second and 100 of a call are kept.
package struct BackgroundProgressed: Sendable, Hashable, Codable {
    package var id: Int
    package var label: String
    package var progress: ToolProgress

    package init(id: Int, label: String, progress: ToolProgress) {
        self.id = id
        self.label = label
        self.progress = progress
    }
}

/// What a server says of how far a call is.
package struct ToolProgress: Sendable, Hashable, Codable {
    package var done: Double
    package var total: Double?
    package var message: String

    package init(done: Double, total: Double? = nil, message: String = "") {
        self.done = done
        self.total = total
        self.message = message
    }

    package var json: JSONValue {
        ["done": .number(done), "total": total.map(JSONValue.number) ?? .null, "message": .string(message)]
    }
}

extension Place {
    /// Where the questions of a place's own cells are asked.
    package var questions: Place { child("ask") }

    /// Where the question is asked that a place began in the background as this subtask.
    package func question(_ id: Int) -> Place { child("ask \(id)") }

    /// Whether only questions are asked here: there is no kernel.
    package var isOfQuestions: Bool { path.last == "ask" || isOfBackgroundQuestion }

    /// The place of an alternative that a kernel's code has run beside itself.
    package func branch(_ number: Int) -> Place { child("branch \(number)") }

    package var isOfBranch: Bool {
        guard let last = path.last, last.hasPrefix("branch ") else { return false }
        return Int(last.dropFirst(7)) != nil
    }

    package var isOfBackgroundQuestion: Bool {
        guard let last = path.last, last.hasPrefix("ask ") else { return false }
        return Int(last.dropFirst(4)) != nil
    }
}

/// What a `begin` call has begun, as the journal has it.
package enum BegunCall {
    /// The numbers that were given, each with the request that it was given to.
    package static func pairs(_ called: HostCalled, _ answered: HostAnswered) -> [(id: Int, request: JSONValue)] {
        let requests = called.arguments["calls"]?.arrayValue ?? []
        let begun = answered.value?["subtasks"]?.arrayValue ?? []
        return zip(begun, requests).compactMap { given, request in
            given["id"]?.integerValue.map { ($0, request) }
        }
    }
}

extension HostAnswered {
    /// A tool call in the background, as if a cell had waited for it.
    package init(_ outcome: SubtaskOutcome) {
        let code = outcome.value == nil ? outcome.code ?? "tool_failed" : nil
        self.init(
            call: 0, name: "tool_call", value: outcome.value, code: code,
            reason: code == nil ? nil : outcome.reason)
    }
}
