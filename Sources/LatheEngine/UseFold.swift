internal import LatheVocabulary

/// The uses of capabilities in a session's journal, as a fold over its events.
///
/// Cells that only follow another session's recording bring none, nor do cells that are run again to rebuild a memory, which
/// are not in the journal.
struct UseFold: Sendable, Hashable {
    /// A use, and of which event.
    struct Found: Sendable, Hashable {
        var use: CapabilityUse
        var sequence: Int
        var time: Double
    }

    /// When the session was begun; nil before its first event.
    private(set) var began: Double?
    /// The newest event that is in it.
    private(set) var sequence = 0
    /// What was found and not taken yet.
    private var found: [Found] = []
    /// Whether the program run follows a recording.
    private var isFollowing = false
    /// Saved agents of subtasks that have no outcome yet, and the exceptions of their hooks.
    private var agents: [Place: Agent] = [:]
    private var hookErrors: [Place: [String: Int]] = [:]

    /// The kinds of events that matter to it now.
    var kinds: Set<EventBody.Kind> {
        var kinds: Set<EventBody.Kind> = [
            .sessionOpened, .sessionDerived, .cellFinished, .subtaskStarted, .subtaskFinished,
        ]
        if isFollowing { kinds.insert(.turnFinished) }
        return kinds
    }

    /// Takes an event; one that is in it already changes nothing.
    mutating func apply(_ event: Event) {
        guard event.sequence > sequence else { return }
        sequence = event.sequence
        began = began ?? event.time
        switch event.body {
        case .sessionOpened: isFollowing = false
        case .sessionDerived: isFollowing = true
        case .turnFinished(let turn) where !turn.isReplayed: isFollowing = false
        case .cellFinished(let result): take(result.used ?? [], event)
        case .subtaskStarted(let started) where started.agent.isSaved: agents[started.place] = started.agent
        case .subtaskFinished(let outcome): finish(outcome, event)
        default: break
        }
    }

    /// Gives what was found since the last time.
    mutating func takeFound() -> [Found] {
        defer { found = [] }
        return found
    }

    private mutating func take(_ uses: [CapabilityUse], _ event: Event) {
        for use in uses {
            switch use.kind {
            case .function: add(use, event)
            case .agent: hookErrors[event.place, default: [:]].merge(use.errors, uniquingKeysWith: +)
            }
        }
    }

    /// A subtask of a saved agent is one use. It is a failure where a hook of the agent failed or the outcome is its doing, and
    /// excused where it is neither that nor complete.
    private mutating func finish(_ outcome: SubtaskOutcome, _ event: Event) {
        let hooks = hookErrors.removeValue(forKey: outcome.place) ?? [:]
        guard let agent = agents.removeValue(forKey: outcome.place), let sha256 = agent.sha256 else { return }
        let isFailure = outcome.status != .complete && (outcome.isAgentsFault == true || !hooks.isEmpty)
        let error = hooks.keys.min() ?? outcome.status.rawValue
        add(
            CapabilityUse(
                kind: .agent, name: agent.name, sha256: sha256, calls: 1,
                excused: outcome.status != .complete && !isFailure ? 1 : 0, failures: isFailure ? 1 : 0,
                errors: isFailure ? [error: 1] : [:], seconds: outcome.seconds, longest: outcome.seconds), event)
    }

    private mutating func add(_ use: CapabilityUse, _ event: Event) {
        guard !isFollowing else { return }
        found.append(Found(use: use, sequence: event.sequence, time: event.time))
    }
}
