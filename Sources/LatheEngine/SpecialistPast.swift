internal import LatheVocabulary

/// What the journal says of wishes for specialists: a fold over its events. Their numbers are the session's.
struct SpecialistPast: Sendable {
    private(set) var asked: [Int: (by: Place, wish: SpecialistAsked)] = [:]
    private(set) var decided: [Int: SpecialistDecided] = [:]
    /// Wishes since the session's task began.
    private(set) var ofTask = 0
    /// The steps of each that were begun, by the subtask's number.
    private(set) var begun: [Int: [Int: Int]] = [:]
    /// The session's task.
    private(set) var goal = ""
    private var calls: [Place: [Int: (specialist: Int, step: Int)]] = [:]

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

    var next: Int { (asked.keys.max() ?? 0) + 1 }

    /// A wish of this very cell in the same words: it is not decided on twice.
    func known(of place: Place, in cell: Int, _ need: String, _ why: String) -> SpecialistAsked? {
        asked.values.first { one in
            one.by == place && one.wish.cell == cell && one.wish.need == need && one.wish.why == why
        }?.wish
    }

    private mutating func apply(_ event: Event) {
        switch event.body {
        case .taskSubmitted(let submitted) where event.place == .coordinator: (ofTask, goal) = (0, submitted.task)
        case .specialistAsked(let wish):
            asked[wish.specialist] = (event.place, wish)
            ofTask += 1
        case .specialistDecided(let one): decided[one.specialist] = one
        case .hostCalled(let called) where called.name == "delegate":
            guard let number = called.arguments["specialist"]?.integerValue else { return }
            let step = called.arguments["step"]?.integerValue ?? 1
            calls[event.place, default: [:]][called.call] = (number, step)
        case .hostAnswered(let answered) where answered.name == "delegate":
            guard let call = calls[event.place]?[answered.call],
                let id = answered.value?["subtasks"]?.arrayValue?.first?["id"]?.integerValue,
                asked[call.specialist]?.by == event.place
            else { return }
            begun[call.specialist, default: [:]][call.step] = id
        default: break
        }
    }
}
