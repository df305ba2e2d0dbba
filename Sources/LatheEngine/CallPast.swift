internal import LatheVocabulary

/// A tool call or a question in the background that has no end in the journal.
struct CallPast: Sendable {
    var id: Int
    /// Who began it, and in which cell.
    var owner: Place
    var cell: Int
    /// As the `begin` call had it.
    var request: JSONValue
    /// Whether it was about to be sent.
    var isStarted = false
    /// Requests of a question that were answered.
    var turns = 0

    var kind: BackgroundStarted.Kind { request["call"]?.stringValue == "tool_call" ? .tool : .question }
    var note: JSONValue? { request["note"] }

    var label: String {
        let arguments = request["arguments"]
        let text =
            kind == .tool
            ? "\(arguments?["server"]?.stringValue ?? "")/\(arguments?["name"]?.stringValue ?? "")"
            : arguments?["prompt"]?.stringValue ?? ""
        return text.singleLine(upTo: kind == .tool ? 120 : 60)
    }
}

/// The calls in the background of a task, as far as they have no end: a fold over its events.
struct OpenCalls: Sendable {
    private(set) var calls: [Int: CallPast] = [:]
    private(set) var finished = 0
    private var called: [Place: HostCalled] = [:]
    private var ended: Set<Int> = []

    mutating func apply(_ event: Event) {
        switch event.body {
        case .hostCalled(let call) where call.name == "begin": called[event.place] = call
        case .hostAnswered(let answer) where answer.name == "begin":
            guard let call = called.removeValue(forKey: event.place), call.call == answer.call else { return }
            for (id, request) in BegunCall.pairs(call, answer) where calls[id] == nil && !ended.contains(id) {
                calls[id] = CallPast(id: id, owner: event.place, cell: call.cell, request: request)
            }
        case .backgroundStarted(let started): calls[started.id]?.isStarted = true
        case .backgroundFinished(let outcome):
            if ended.insert(outcome.id).inserted { finished += 1 }
            calls[outcome.id] = nil
        case .turnFinished where event.place.isOfBackgroundQuestion:
            for (id, call) in calls where call.owner.question(id) == event.place { calls[id]?.turns += 1 }
        default: break
        }
    }
}
