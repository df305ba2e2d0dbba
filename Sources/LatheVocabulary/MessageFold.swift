/// What agents and the user have said to each other, and who has got what: a fold over the events of a whole session.
///
/// The live bus keeps one, and a later program run or a watcher makes the same one of the journal: so nothing is lost or delivered
/// twice, and all say the same of what is unread.
package struct MessageFold: Sendable, Hashable {
    /// A message that a place has got, or is to get.
    package struct Arrival: Sendable, Hashable {
        package var id: String
        /// The one it was for, which had ended before it read it; nil where it was for this place.
        package var missed: Place?
    }

    package private(set) var messages: [String: AgentMessage] = [:]
    /// Of each place, everything that came to it, in the order in which it came.
    private var arrivals: [Place: [Arrival]] = [:]
    private var delivered: [Place: Set<String>] = [:]
    /// The user's words that code has read: the model is told them all the same.
    private var seen: [Place: Set<String>] = [:]
    /// The number of the newest message of each sender.
    private var numbers: [Place: Int] = [:]
    private var ended: Set<Place> = []

    package init() {}

    package mutating func apply(_ event: Event) {
        switch event.body {
        case .messageSent(let message): take(message)
        case .messageDelivered(let told) where told.text != nil:
            delivered[event.place, default: []].formUnion(told.messages)
        case .messageDelivered(let read): takeRead(read.messages, at: event.place)
        case .hostAnswered(let answered) where answered.name == "messages":
            // The answer is the delivery: what follows it may not have been written any more.
            takeRead(Self.ids(in: answered), at: event.place)
        case .subtaskFinished(let outcome): end(outcome.place)
        default: break
        }
    }

    package static func ids(in answered: HostAnswered) -> [String] {
        (answered.value?["messages"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    private mutating func takeRead(_ ids: [String], at place: Place) {
        for id in ids {
            if messages[id]?.from == .user {
                seen[place, default: []].insert(id)
            } else {
                delivered[place, default: []].insert(id)
            }
        }
    }

    private mutating func take(_ message: AgentMessage) {
        messages[message.id] = message
        numbers[message.from] = max(numbers[message.from] ?? 0, Self.number(of: message.id))
        for place in message.to { put(Arrival(id: message.id), at: place) }
    }

    /// What is for a place that has ended goes to its parent, and on from there: a sender that is the parent learns so that nobody
    /// read it.
    private mutating func put(_ arrival: Arrival, at place: Place) {
        guard ended.contains(place), !has(place, arrival.id) else {
            // It may have been for both, a subtask that missed it and its parent.
            let isKnown = all(at: place).contains { $0.id == arrival.id }
            if !isKnown { arrivals[place, default: []].append(arrival) }
            return
        }
        guard let parent = place.parent else { return }
        put(Arrival(id: arrival.id, missed: arrival.missed ?? place), at: parent)
    }

    private mutating func end(_ place: Place) {
        guard place != .coordinator, ended.insert(place).inserted else { return }
        let missed = waiting(at: place)
        arrivals[place]?.removeAll { missed.contains($0) }
        for arrival in missed { put(arrival, at: place) }
    }

    // MARK: What there is

    /// What has come to a place and was not delivered yet, in the order in which it came.
    package func waiting(at place: Place) -> [Arrival] {
        (arrivals[place] ?? []).filter { !has(place, $0.id) }
    }

    /// The same for code, which gets nothing twice.
    package func unread(at place: Place) -> [Arrival] { waiting(at: place).filter { !hasRead(place, $0.id) } }

    /// Everything that ever came to a place.
    package func all(at place: Place) -> [Arrival] { arrivals[place] ?? [] }

    /// Whether a place has got a message already.
    package func has(_ place: Place, _ id: String) -> Bool { delivered[place]?.contains(id) ?? false }

    /// Whether code at a place has read a message, or its model was told.
    package func hasRead(_ place: Place, _ id: String) -> Bool { has(place, id) || seen[place]?.contains(id) ?? false }

    package func hasEnded(_ place: Place) -> Bool { ended.contains(place) }

    /// Whether something important waits at a place: what others wait for counts too. What another missed does not.
    package func isUrgent(at place: Place) -> Bool {
        unread(at: place).contains { $0.missed == nil && messages[$0.id]?.isUrgent == true }
    }

    /// Replies to a message that have come to the place which sent it.
    package func replies(to id: String, at place: Place) -> [Arrival] {
        all(at: place).filter { messages[$0.id]?.replyTo == id && $0.missed == nil }
    }

    package func lastNumber(of sender: Place) -> Int { numbers[sender] ?? 0 }

    private static func number(of id: String) -> Int {
        id.split(separator: ":").last.flatMap { Int($0) } ?? 0
    }
}

extension AgentMessage {
    /// Whether it is told at the next boundary even inside a long batch.
    package var isUrgent: Bool { important || kind == .request || from == .user }
}
