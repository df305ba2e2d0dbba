internal import LatheVocabulary
internal import Synchronization

/// What agents say to each other, from the moment it is in the journal until it has reached everybody it is for.
///
/// Who sends is the caller's desk to say. All state is `MessageFold`, a fold over the journal; what is only here is who waits for a
/// reply, who may talk to whom, and how much was sent in this run of the program. Safe from any thread.
final class Bus: Sendable {
    private struct Waiter {
        var number: Int
        var place: Place
        var message: String
        var resume: CheckedContinuation<Void, Never>
    }

    private struct State {
        var fold: MessageFold
        var talks = TalkRules()
        /// The number of the newest message of each sender, sent or about to be.
        var numbers: [Place: Int] = [:]
        var sent: [Place: Int] = [:]
        var waiters: [Waiter] = []
        var waiterCount = 0
    }

    private let log: EventLog
    let limits: MessageLimits
    /// What a recorded session's code read, where this one follows it.
    let recorded: RecordedReadings?
    private let state: Mutex<State>

    init(log: EventLog, limits: MessageLimits, past: MessageFold = MessageFold(), recorded: RecordedReadings? = nil) {
        self.log = log
        self.limits = limits
        self.recorded = recorded
        state = Mutex(State(fold: past))
    }

    /// A copy of what is known now.
    var fold: MessageFold { state.withLock { $0.fold } }

    var talks: TalkRules { state.withLock { $0.talks } }

    /// Lets subtasks of one delegation write to each other.
    func permit(_ change: (inout TalkRules) -> Void) { state.withLock { change(&$0.talks) } }

    // MARK: Sending

    /// Numbers a message, journals it and puts it where its receivers find it. It counts against the limits of this run unless
    /// the user sent it.
    func send(_ draft: AgentMessage) async throws(HostRefusal) -> AgentMessage {
        var message = draft
        message.id = try admit(draft.from)
        do throws(JournalError) {
            take(try await log.record(.messageSent(message), at: message.from))
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be written: \(error.reason)")
        }
        return message
    }

    private func admit(_ sender: Place) throws(HostRefusal) -> String {
        try state.withLock { state throws(HostRefusal) in
            if sender != .user {
                let (all, own) = (state.sent.values.reduce(0, +), state.sent[sender, default: 0])
                guard all < limits.perRun else {
                    throw HostRefusal(
                        "limit",
                        "send: \(limits.perRun) messages were sent in this run of the program (limits.messages)")
                }
                guard own < limits.perAgent else {
                    throw HostRefusal(
                        "limit",
                        "send: you sent \(limits.perAgent) messages (limits.messagesPerAgent); put the rest into your result"
                    )
                }
                state.sent[sender] = own + 1
            }
            let number = max(state.numbers[sender] ?? 0, state.fold.lastNumber(of: sender)) + 1
            state.numbers[sender] = number
            return "\(sender):\(number)"
        }
    }

    /// Takes note of an event that was recorded, and wakes who waits for what it brought, or waits in vain.
    func take(_ event: Event) {
        let woken = state.withLock { state -> [Waiter] in
            state.fold.apply(event)
            let fold = state.fold
            let woken = state.waiters.filter { Self.isDone($0, fold) }
            state.waiters.removeAll { Self.isDone($0, fold) }
            return woken
        }
        for waiter in woken { waiter.resume.resume() }
    }

    private static func isDone(_ waiter: Waiter, _ fold: MessageFold) -> Bool {
        if fold.hasEnded(waiter.place) || !fold.replies(to: waiter.message, at: waiter.place).isEmpty { return true }
        let asked = fold.messages[waiter.message]?.to ?? []
        return asked.allSatisfy(fold.hasEnded)
    }

    // MARK: Delivering

    /// Tells the model at a place what waits there: the event, once it is in the journal. Nil where nothing waits. `reading`
    /// records what the place reads with it, before it does.
    func deliver(
        to place: Place, reading: ([AgentMessage]) async throws(JournalError) -> Void
    ) async throws(JournalError) -> EventBody? {
        let waiting = items(fold.waiting(at: place))
        guard let block = MessageBlock(waiting) else { return nil }
        try await reading(block.items.map(\.message))
        let told = EventBody.messageDelivered(
            MessageDelivered(
                messages: block.items.map(\.message.id), text: block.text, fromUser: block.fromUser,
                summarised: block.summarised))
        take(try await log.record(told, at: place))
        return told
    }

    func items(_ arrivals: [MessageFold.Arrival]) -> [MessageBlock.Item] {
        state.withLock { state in
            arrivals.compactMap { arrival in
                state.fold.messages[arrival.id].map { MessageBlock.Item(message: $0, missed: arrival.missed) }
            }
        }
    }

    // MARK: Waiting for a reply

    /// Returns once a reply to a message of `place` has come, nobody is left who could reply, the place has ended, or the time is up.
    func waitForReply(to message: String, at place: Place, seconds: Double) async {
        let number = state.withLock { state in
            state.waiterCount += 1
            return state.waiterCount
        }
        let timer = Task {
            try? await Task.sleep(for: .seconds(seconds))
            self.wake { $0.number == number }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { resume in
                let waiter = Waiter(number: number, place: place, message: message, resume: resume)
                let isDone = state.withLock { state in
                    let isDone = Self.isDone(waiter, state.fold) || Task.isCancelled
                    if !isDone { state.waiters.append(waiter) }
                    return isDone
                }
                if isDone { resume.resume() }
            }
        } onCancel: {
            self.wake { $0.number == number }
        }
        timer.cancel()
    }

    /// Lets everybody go on who waits at a place, or below it: nobody there will read a reply any more.
    func release(_ place: Place) { wake { $0.place.isWithin(place) } }

    private func wake(_ which: (Waiter) -> Bool) {
        let woken = state.withLock { state -> [Waiter] in
            let woken = state.waiters.filter(which)
            state.waiters.removeAll(where: which)
            return woken
        }
        for waiter in woken { waiter.resume.resume() }
    }
}
