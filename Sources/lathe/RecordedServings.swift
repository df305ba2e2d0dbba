internal import LatheVocabulary

/// The capabilities that a recorded session was given, in the order of its journal.
///
/// Subtasks share them: they ask the same library. The last answer stands for all that follow.
struct RecordedServings: Sendable {
    private struct Key: Hashable, Sendable {
        var kind: Capability.Kind
        var name: String
    }

    private var served: [Key: [ServedCapability]] = [:]
    /// Definitions of the saved agents that its subtasks ran.
    private var agents: [String: Agent] = [:]

    init(in events: [Event]) {
        for event in events {
            switch event.body {
            case .hostAnswered(let answer) where answer.name == "capability":
                guard let one = answer.value.flatMap(ServedCapability.init) else { continue }
                served[Key(kind: one.kind, name: one.name), default: []].append(one)
            case .subtaskStarted(let started) where started.agent.isSaved:
                agents[started.agent.name] = started.agent
            default: break
            }
        }
    }

    /// Nil where the session was given no such one.
    mutating func take(_ kind: Capability.Kind, _ name: String) -> ServedCapability? {
        let key = Key(kind: kind, name: name)
        guard let first = served[key]?.first else { return nil }
        if served[key, default: []].count > 1 { served[key]?.removeFirst() }
        return first
    }

    func agent(_ name: String) -> Agent? { agents[name] }
}
