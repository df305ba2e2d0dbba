package import LatheVocabulary

extension AgentRecording {
    /// The most bytes of replies, and of a result, that an example keeps.
    package static let (replyBytes, resultBytes) = (96 << 10, 16 << 10)

    /// Why a run of an agent cannot be given again from a recording.
    package struct Unfit: Error, Sendable, Hashable {
        package var reason: String
    }

    /// The events that it is made of, and those that make a run unfit.
    package static let kinds: Set<EventBody.Kind> = [
        .turnFinished, .turnFailed, .modelFellBack, .cellStarted, .cellFinished, .hostCalled, .toolUsed, .messageSent,
        .messageDelivered, .planMade, .planRefused, .kernelLost,
    ]

    /// What was recorded of a completed subtask, as if its label were the first of its name. `events` hold its own and those of
    /// what it delegated; others are passed over.
    package init(
        of outcome: SubtaskOutcome, model: String, session: String, in events: [Event]
    ) throws(Unfit) {
        guard outcome.status == .complete, let value = outcome.value else {
            throw Unfit(reason: "it ended as \(outcome.status.rawValue.replacing("_", with: " "))")
        }
        guard value.allData.isEmpty else { throw Unfit(reason: "its result is data, which no example keeps") }
        guard value.text.utf8.count <= Self.resultBytes else {
            throw Unfit(reason: "its result is larger than \(Self.resultBytes >> 10) KiB")
        }
        let root = Place.coordinator.child(outcome.label)
        self.init(model: model, session: session, result: value, cells: [], replies: [])
        var bytes = 0
        var (fallen, models, outside) = (FallenTurns(), [model], OutsideParts(of: outcome.place))
        for event in events where event.place.isIn(outcome.place) {
            try outside.apply(event.body)
            let place = event.place.moved(from: outcome.place, to: root)
            switch event.body {
            case .turnFinished(let turn):
                bytes += turn.reply.text.utf8.count + turn.reply.calls.reduce(0) { $0 + ($1.code?.utf8.count ?? 0) }
                replies.append(Reply(place: place, turn: fallen.number(turn.turn, at: place), reply: turn.reply))
            case .turnFailed(let turn): fallen.take(turn, at: place)
            case .modelFellBack(let told):
                fallen.take(told, at: place)
                if !models.contains(told.to) { models.append(told.to) }
            case .cellFinished(let cell):
                cells.append(
                    CellEnd(place: place, cell: cell.number, status: cell.status, failure: cell.failure?.type))
            case .kernelLost: throw Unfit(reason: "a kernel of it was lost")
            default: break
            }
        }
        try outside.end()
        if let failed = fallen.unmended {
            throw Unfit(reason: "its model failed in between (\(failed.code.rawValue))")
        }
        self.model = models.joined(separator: ", ")
        guard bytes <= Self.replyBytes else {
            throw Unfit(reason: "its replies are larger than \(Self.replyBytes >> 10) KiB")
        }
        guard !replies.isEmpty else { throw Unfit(reason: "its replies are not in the journal") }
    }

    /// What a run on the same example did otherwise, one sentence each, at most twenty.
    package func differences(from again: SubtaskOutcome, in events: [Event]) -> [String] {
        var found: [String] = []
        let ended = events.compactMap { event -> CellEnd? in
            guard event.place.isIn(again.place), case .cellFinished(let cell) = event.body else { return nil }
            let place = event.place.moved(from: again.place, to: Place.coordinator.child(again.label))
            return CellEnd(place: place, cell: cell.number, status: cell.status, failure: cell.failure?.type)
        }
        // Subtasks of one place run side by side: cells are in order within theirs.
        for old in cells {
            guard let new = ended.first(where: { $0.place == old.place && $0.cell == old.cell }) else {
                found.append("\(old.name) did not run; it was recorded as \(old.end)")
                continue
            }
            if new != old { found.append("\(old.name): \(new.end), recorded \(old.end)") }
        }
        let more = ended.count { new in !cells.contains { $0.place == new.place && $0.cell == new.cell } }
        if more > 0 { found.append("\(more) cells ran that were not recorded") }
        if let value = again.value, again.status == .complete {
            found += result.differences(from: value, at: "result")
        } else {
            let status = again.status.rawValue.replacing("_", with: " ")
            found.append("it ended as \(status): \(again.reason.singleLine(upTo: 300))")
        }
        return found.count <= 20 ? found : Array(found.prefix(19)) + ["… and \(found.count - 19) more differences"]
    }
}

/// Turns that failed, and whose work another model of a chain did in the next one: a replay, which has no model to fall back from,
/// counts without them.
private struct FallenTurns {
    private var failed: [Place: TurnFailed] = [:]
    private var mended: [Place: Int] = [:]

    /// A failure that no other model took over from; nil where there is none.
    var unmended: TurnFailed? { failed.values.first }

    mutating func take(_ turn: TurnFailed, at place: Place) { if failed[place] == nil { failed[place] = turn } }

    mutating func take(_ told: ModelFellBack, at place: Place) {
        guard failed[place]?.turn == told.turn else { return }
        failed[place] = nil
        mended[place, default: 0] += 1
    }

    /// The number that a turn has in a replay.
    func number(_ turn: Int, at place: Place) -> Int { turn - mended[place, default: 0] }
}

extension AgentRecording.CellEnd {
    fileprivate var name: String {
        place.depth == 1 ? "cell \(cell)" : "cell \(cell) of \(place.path.dropFirst().joined(separator: "/"))"
    }

    fileprivate var end: String { failure.map { "\(status.rawValue) (\($0))" } ?? status.rawValue }
}

extension Place {
    /// Whether it is `place` or below it.
    fileprivate func isIn(_ place: Place) -> Bool { path.starts(with: place.path) }

    fileprivate func moved(from old: Place, to new: Place) -> Place {
        Place(path: new.path + path.dropFirst(old.path.count))
    }
}

extension JSONValue {
    /// Numbers count as equal within a millionth of a millionth of their size: sums depend on the order of their terms.
    fileprivate func differences(from new: JSONValue, at path: String) -> [String] {
        switch (self, new) {
        case (.object(let old), .object(let now)):
            return Set(old.keys).union(now.keys).sorted().flatMap { key -> [String] in
                let place = "\(path).\(key.singleLine(upTo: 40))"
                guard let one = old[key] else { return ["\(place) is there, and was not recorded"] }
                guard let other = now[key] else { return ["\(place) is missing"] }
                return one.differences(from: other, at: place)
            }
        case (.array(let old), .array(let now)) where old.count == now.count:
            return zip(old, now).enumerated().flatMap { $1.0.differences(from: $1.1, at: "\(path)[\($0)]") }
        case (.array(let old), .array(let now)):
            return ["\(path) has \(now.count) members, recorded \(old.count)"]
        default:
            if let one = numberValue, let other = new.numberValue,
                abs(one - other) <= 1e-12 * Swift.max(abs(one), abs(other), 1e-300)
            {
                return []
            }
            guard self != new else { return [] }
            return ["\(path) is \(new.text.singleLine(upTo: 80)), recorded \(text.singleLine(upTo: 80))"]
        }
    }
}
