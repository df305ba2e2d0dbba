internal import LatheVocabulary

/// What the journal says was done at a place since its task began, for who takes over: bounded, and nothing of the data.
struct HandoffLedger: Sendable {
    private static let (cells, subtasks, characters) = (10, 12, 4_000)

    private var task = ""
    private var codes: [Int: String] = [:]
    private var ran: [String] = []
    private var ended: [String] = []

    init(_ events: [Event], at place: Place) {
        for event in events {
            if case .subtaskFinished(let outcome) = event.body, outcome.place.parent == place { take(outcome) }
            if event.place == place { take(event.body) }
        }
    }

    static let kinds: Set<EventBody.Kind> = [.taskSubmitted, .cellStarted, .cellFinished, .subtaskFinished]

    /// Lines, the oldest first; what is left out is counted.
    var text: String {
        let lines =
            ["task: \(task.singleLine(upTo: 600))"] + Self.last(ran, Self.cells, "cells")
            + Self.last(ended, Self.subtasks, "subtasks")
        return String(lines.joined(separator: "\n").prefix(Self.characters))
    }

    private mutating func take(_ body: EventBody) {
        switch body {
        case .taskSubmitted(let submitted): (task, codes, ran, ended) = (submitted.task, [:], [], [])
        case .cellStarted(let cell): codes[cell.number] = cell.code
        case .cellFinished(let result):
            let code = (codes[result.number] ?? "").split(separator: "\n").first.map(String.init) ?? ""
            let why = result.failure.map { ": \($0.type): \($0.message.singleLine(upTo: 160))" } ?? ""
            ran.append("cell \(result.number) \(result.status.rawValue)\(why) (\(code.singleLine(upTo: 100)) …)")
        default: break
        }
    }

    private mutating func take(_ outcome: SubtaskOutcome) {
        let value =
            outcome.value.map { ": \($0.text.singleLine(upTo: 200))" } ?? ": \(outcome.reason.singleLine(upTo: 200))"
        ended.append("subtask \(outcome.label.singleLine(upTo: 60)) \(outcome.status.rawValue)\(value)")
    }

    private static func last(_ lines: [String], _ count: Int, _ what: String) -> [String] {
        let left = lines.count - count
        return (left > 0 ? ["… \(left) earlier \(what), in the journal"] : []) + lines.suffix(count)
    }
}
