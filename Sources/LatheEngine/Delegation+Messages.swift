internal import LatheVocabulary

/// Messages between the places of a session, where subtasks are concerned.
extension Delegation {
    /// Sends a message with what its sender has read, and lets code go on that waits for subtasks at a place which should see it
    /// at once.
    func send(_ draft: AgentMessage) async throws(HostRefusal) -> AgentMessage {
        var draft = draft
        if draft.from != .user {
            draft.exposure = services.tools?.exposure(of: draft.from).only(Exposure.Kind.read)
        }
        let sent = try await bus.send(draft)
        if sent.isUrgent { for place in sent.to { await registry.interruptWait(of: place) } }
        return sent
    }

    /// What passes before a turn begins at a place, after pauses and the owner's cells: the messages that wait there.
    func beginTurn(at place: Place) async throws(JournalError) -> EventBody? {
        try await bus.deliver(to: place) { messages throws(JournalError) in
            try await services.expose(place, to: messages, in: 0)
        }
    }

    /// The next cell that the owner wants run at a place, also while it is paused; nil once a turn may begin.
    func taken(at place: Place, before turn: Int) async -> TakenCells.Taken? {
        repeat {
            if Task.isCancelled { return nil }
            if let next = cells.next(at: place, before: turn) { return next }
            await pauses.pass(place) { [cells] in cells.waits(at: place) }
        } while pauses.holds(place) || cells.waits(at: place)
        return nil
    }

    /// Journals that code of a cell has read messages which nobody had read before.
    func noteRead(_ ids: [String], in cell: Int, at place: Place) async {
        guard !ids.isEmpty else { return }
        let read = EventBody.messageDelivered(MessageDelivered(messages: ids, cell: cell))
        // Where it cannot be written, the answer says the same.
        if let event = try? await services.log.record(read, at: place) { bus.take(event) }
    }

    /// Whether code that waits at a place is to go on since something urgent has come. A replay goes on where the recorded code did.
    func isInterrupted(_ place: Place, in cell: Int) -> Bool {
        bus.recorded?.interrupts(cell, at: place) ?? bus.fold.isUrgent(at: place)
    }

    /// Says who of the admitted subtasks may write to whom.
    func permit(_ admitted: Admitted) {
        let runs = admitted.runs
        bus.permit { rules in
            for run in runs { rules.allow(run.place, toThoseCalled: run.plan.partners) }
            switch runs.first?.plan.talk {
            case .all: rules.join(runs.map(\.place))
            case .pairs(let pairs):
                for (from, to) in pairs {
                    for one in runs where one.label == from {
                        for other in runs where other.label == to { rules.allow(one.place, to: other.place) }
                    }
                }
            case nil: break
            }
        }
    }
}

/// Who of one delegation may write to whom.
enum TalkPlan: Sendable {
    case all
    /// Labels, from and to.
    case pairs([(from: String, to: String)])

    private static let mostPairs = 2_000

    /// Nil where the call says nothing of it.
    init?(_ arguments: HostArguments, labels: Set<String>) throws(HostRefusal) {
        switch arguments.present("talk") {
        case nil, .bool(false): return nil
        case .bool(true): self = .all
        case .array(let items) where items.count <= Self.mostPairs:
            var pairs: [(from: String, to: String)] = []
            for item in items {
                guard let ends = item.arrayValue, ends.count == 2, let from = ends[0].stringValue,
                    let to = ends[1].stringValue
                else { throw Self.wrong }
                guard let stranger = [from, to].first(where: { !labels.contains($0) }) else {
                    pairs.append((from, to))
                    continue
                }
                throw HostRefusal(
                    "invalid_arguments",
                    "delegate: talk names '\(stranger.singleLine(upTo: 60))', which is no label of a slice")
            }
            self = .pairs(pairs)
        default: throw Self.wrong
        }
    }

    private static let wrong = HostRefusal(
        "invalid_arguments", "delegate: talk must be true, or at most \(mostPairs) pairs of labels, who to whom")

    /// To whom one of them may write, by label.
    func partners(of label: String, among labels: [String]) -> [String] {
        switch self {
        case .all: labels.filter { $0 != label }
        case .pairs(let pairs): labels.filter { other in pairs.contains { $0.from == label && $0.to == other } }
        }
    }
}
