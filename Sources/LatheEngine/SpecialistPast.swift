internal import LatheVocabulary

/// What the journal says of wishes for specialists: a fold over its events. Their numbers are the session's.
struct SpecialistPast: Sendable {
    private(set) var asked: [Int: (by: Place, wish: SpecialistAsked)] = [:]
    private(set) var decided: [Int: SpecialistDecided] = [:]
    /// Wishes since the session's task began, in their order.
    private var ofTask: [Int] = []
    /// The steps of each that were begun, by the subtask's number.
    private(set) var begun: [Int: [Int: Int]] = [:]
    /// The session's task.
    private(set) var goal = ""
    private var calls: [Place: [Int: (specialist: Int, step: Int)]] = [:]
    /// Those whose kernels were told the decision.
    private var answered: Set<Int> = []

    private static let kinds: Set<EventBody.Kind> = [
        .taskSubmitted, .specialistAsked, .specialistDecided, .hostCalled, .hostAnswered,
    ]

    init(_ log: EventLog) async throws(HostRefusal) {
        do throws(JournalError) {
            for event in try await log.events(after: 0, of: Self.kinds) { apply(event) }
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
    }

    var newest: Int { asked.keys.max() ?? 0 }

    /// How many wishes of the task came before this one.
    func ofTask(before specialist: Int) -> Int { ofTask.firstIndex(of: specialist) ?? ofTask.count }

    /// Wishes of this very cell in the same words, of which its kernel was told nothing: they are not decided on twice.
    func unanswered(of place: Place, in cell: Int, _ need: String, _ why: String) -> [Int] {
        asked.values.filter { one in
            one.by == place && one.wish.cell == cell && one.wish.need == need && one.wish.why == why
                && !answered.contains(one.wish.specialist)
        }.map(\.wish.specialist)
    }

    private mutating func apply(_ event: Event) {
        switch event.body {
        case .taskSubmitted(let submitted) where event.place == .coordinator: (ofTask, goal) = ([], submitted.task)
        case .specialistAsked(let wish):
            asked[wish.specialist] = (event.place, wish)
            ofTask.append(wish.specialist)
        case .specialistDecided(let one): decided[one.specialist] = one
        case .hostCalled(let called) where called.name == "delegate":
            guard let number = called.arguments["specialist"]?.integerValue else { return }
            let step = called.arguments["step"]?.integerValue ?? 1
            calls[event.place, default: [:]][called.call] = (number, step)
        case .hostAnswered(let told) where told.name == "specialist":
            if let number = told.value?["specialist"]?.integerValue { answered.insert(number) }
        case .hostAnswered(let told) where told.name == "delegate":
            guard let call = calls[event.place]?[told.call],
                let id = told.value?["subtasks"]?.arrayValue?.first?["id"]?.integerValue,
                asked[call.specialist]?.by == event.place
            else { return }
            begun[call.specialist, default: [:]][call.step] = id
        default: break
        }
    }
}
