internal import LatheVocabulary
internal import Synchronization

/// A subtask that was delegated and has no outcome in the journal.
struct SubtaskPast: Sendable {
    var id: Int
    var label: String
    /// Who delegated it.
    var owner: Place
    /// Nil where it had not begun.
    var started: SubtaskStarted?
    /// What the journal says of its place; nil where it had not begun.
    var own: PlacePast?
    var spending = Spending.Sum()
    var used: Amounts = [:]
    /// Seconds from its start to the last that is known of it.
    var seconds: Double = 0
}

/// What later program runs take up of a task's subtasks and questions; each once. Safe from any thread.
final class UnfinishedWork: Sendable {
    private struct Content {
        var subtasks: [Int: SubtaskPast]
        var calls: [CallPast]
        /// Whether the task is gone on with; before that nothing is taken up.
        var isOpen = false

        mutating func takeCalls(where isWanted: (CallPast) -> Bool) -> [CallPast] {
            let taken = calls.filter(isWanted)
            calls.removeAll(where: isWanted)
            return taken
        }
    }

    private let replies: PaidReplies
    private let content: Mutex<Content>

    init(subtasks: [SubtaskPast] = [], calls: [CallPast] = [], replies: PaidReplies = PaidReplies([])) {
        self.replies = replies
        content = Mutex(Content(subtasks: Dictionary(subtasks.map { ($0.id, $0) }) { $1 }, calls: calls))
    }

    /// What a place had in the background, once the task is gone on with; it goes with this.
    func takeCalls(of owner: Place) -> [CallPast] {
        content.withLock { $0.isOpen ? $0.takeCalls { $0.owner == owner } : [] }
    }

    /// The same of a place and all below it, or of all, whether or not it is gone on with.
    func takeCalls(below place: Place?) -> [CallPast] {
        content.withLock { $0.takeCalls { call in place.map { call.owner.path.starts(with: $0.path) } ?? true } }
    }

    /// The task is gone on with.
    func open() { content.withLock { $0.isOpen = true } }

    var paidReplies: PaidReplies? { content.withLock { $0.isOpen ? replies : nil } }

    func take(_ id: Int) -> SubtaskPast? {
        content.withLock { $0.isOpen ? $0.subtasks.removeValue(forKey: id) : nil }
    }

    /// Those that `owner` delegated, or all, and that nobody has taken up; they go with this.
    func takeRest(of owner: Place?) -> [SubtaskPast] {
        content.withLock { content in
            let rest = content.subtasks.values.filter { owner == nil || $0.owner == owner }
            for past in rest { content.subtasks[past.id] = nil }
            return rest.sorted { $0.id < $1.id }
        }
    }
}
