internal import LatheVocabulary

/// What the tasks of a session came to, as a fold over its events.
///
/// Runs that were told to remember nothing bring none, nor does what only follows another session's recording.
struct EpisodeFold: Sendable, Hashable {
    /// The newest event that is in it.
    private(set) var sequence = 0
    private var began: Double?
    private var remembers = false
    private var isFollowing = false
    private var task: String?
    private var facts: [Int] = []
    private var readsOthers = false
    /// What was found and not taken yet.
    private var found: [Recollection] = []

    static let kinds: Set<EventBody.Kind> = [
        .sessionOpened, .sessionDerived, .taskSubmitted, .turnFinished, .remembered, .recalled, .toolUsed,
        .exposed, .taskFinished,
    ]

    /// Takes an event; one that is in it already changes nothing.
    mutating func apply(_ event: Event) {
        guard event.sequence > sequence else { return }
        sequence = event.sequence
        began = began ?? event.time
        readsOthers = readsOthers || event.body.bringsWordsOfOthers
        switch event.body {
        case .sessionOpened(let opened): (remembers, isFollowing) = (opened.remembers == true, false)
        case .sessionDerived: isFollowing = true
        case .turnFinished(let turn) where !turn.isReplayed: isFollowing = false
        case .taskSubmitted(let submitted) where event.place == .coordinator: (task, facts) = (submitted.task, [])
        case .remembered(let remembered): facts.append(remembered.id)
        case .taskFinished(let outcome) where event.place == .coordinator: finish(outcome, event)
        default: break
        }
    }

    /// Gives what was found since the last time.
    mutating func takeFound() -> [Recollection] {
        defer { found = [] }
        return found
    }

    private mutating func finish(_ outcome: TaskOutcome, _ event: Event) {
        defer { task = nil }
        guard let task, remembers, !isFollowing, !outcome.isReplayed else { return }
        let answer = outcome.answer.isEmpty ? outcome.reason : outcome.answer
        let most = RecollectionLimits.namesOfEpisode
        let episode = Episode(
            status: outcome.status, answer: String(answer.prefix(RecollectionLimits.answerCharacters)), facts: facts,
            saved: outcome.saved.prefix(most).map(\.capability.name),
            artifacts: outcome.artifacts.prefix(most).map(\.name), tokens: outcome.usage.total, cost: outcome.cost,
            seconds: outcome.seconds, began: began ?? event.time, sequence: event.sequence)
        found.append(
            Recollection(
                kind: .episode, text: String(task.prefix(RecollectionLimits.taskCharacters)),
                origin: RecollectionOrigin(by: .lathe, place: event.place, time: event.time),
                marks: readsOthers ? [.others] : [], episode: episode))
    }
}
