package import LatheVocabulary
internal import Synchronization

/// What code of a recorded session read of its messages, for a session that follows it: when a message comes is no matter of the
/// code, so a replay reads what was read then. Safe from any thread.
package final class RecordedReadings: Sendable {
    private struct Cell: Hashable {
        var place: Place
        var number: Int
    }

    private struct Reading {
        var arguments: String
        var isUrgent: Bool
        var answer: JSONValue
    }

    private struct Content {
        var readings: [Cell: [Reading]] = [:]
        /// Cells that finished: what they read is known, even where that was nothing.
        var finished: Set<Cell> = []
    }

    private let content: Mutex<Content>

    package init(_ events: [Event]) {
        var fold = MessageFold()
        var content = Content()
        var called: [Place: [Int: HostCalled]] = [:]
        for event in events {
            fold.apply(event)
            switch event.body {
            case .cellStarted(let cell): content.readings[Cell(place: event.place, number: cell.number)] = nil
            case .cellFinished(let result): content.finished.insert(Cell(place: event.place, number: result.number))
            case .hostCalled(let call) where call.name == "messages":
                called[event.place, default: [:]][call.call] = call
            case .hostAnswered(let answered) where answered.name == "messages":
                guard let call = called[event.place]?[answered.call], let value = answered.value else { continue }
                let whole = fold.expanded(value, at: event.place)
                content.readings[Cell(place: event.place, number: call.cell), default: []].append(
                    Reading(
                        arguments: call.arguments.text, isUrgent: call.arguments["urgent"] == .bool(true), answer: whole
                    ))
            default: break
            }
        }
        self.content = Mutex(content)
    }

    /// What the same call was answered there; nil where it was not made, or not so often.
    func take(_ arguments: JSONValue, in cell: Int, at place: Place) -> JSONValue? {
        let text = arguments.text
        return content.withLock { content in
            let cell = Cell(place: place, number: cell)
            guard let index = content.readings[cell]?.firstIndex(where: { $0.arguments == text }) else { return nil }
            return content.readings[cell]?.remove(at: index).answer
        }
    }

    /// Whether the cell read urgent messages next while it waited; nil where the recording says nothing of the cell.
    func interrupts(_ cell: Int, at place: Place) -> Bool? {
        content.withLock { content in
            let cell = Cell(place: place, number: cell)
            if content.readings[cell]?.contains(where: \.isUrgent) == true { return true }
            return content.finished.contains(cell) ? false : nil
        }
    }
}
