internal import LatheVocabulary

/// Brings events whose journaling ends in any order back into the order of their numbers.
///
/// An event waits for those with lower numbers that are still being written. What a failed write leaves out is noticed when
/// nothing is being written any more; nothing waits beyond that.
struct EventOrder {
    /// The number that is shown next; nil before the first event.
    private var next: Int?
    private var underWay = 0
    /// Events that wait, by number, each with the fleeting ones of its place that came after it.
    private var waiting: [Int: [Event]] = [:]

    mutating func begin() {
        underWay += 1
    }

    /// Ends what `begin` began; `event` is nil where the write failed. Returns what can be shown now, in order.
    mutating func end(_ event: Event?) -> [Event] {
        underWay -= 1
        if let event { waiting[event.sequence] = [event] }
        if underWay == 0 { return drain() }
        var ready: [Event] = []
        while let number = next, let events = waiting.removeValue(forKey: number) {
            ready += events
            next = number + 1
        }
        return ready
    }

    /// Returns the fleeting event, or nothing where it must wait behind an event of its place.
    mutating func pass(_ fleeting: Event) -> [Event] {
        let last = waiting.filter { $0.value.first?.place == fleeting.place }.keys.max()
        guard let last else { return [fleeting] }
        waiting[last, default: []].append(fleeting)
        return []
    }

    /// Everything that waits, in order.
    mutating func drain() -> [Event] {
        let ready = waiting.sorted { $0.key < $1.key }
        waiting = [:]
        if let last = ready.last?.key { next = last + 1 }
        return ready.flatMap(\.value)
    }
}
