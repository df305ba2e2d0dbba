import LatheVocabulary

/// What a run has used so far, summed from its turns.
struct RunTally: Sendable, Hashable {
    var session = ""
    var usage = Usage()
    var cost = Cost.none
    /// Models that were used and have no known price, in order of appearance.
    var unpriced: [String] = []
    var isReplayed = false
    /// Whether code ran without a sandbox.
    var isUnconfined = false
    var isInTask = false
    /// What a cell of the user's own answered; shown with its result, for no end of a task will show it.
    var unshownAnswer: String?

    mutating func take(_ event: Event) {
        switch event.body {
        case .sessionOpened(let opened):
            session = opened.session
            isUnconfined = opened.isUnconfined
        case .taskSubmitted where event.place == .coordinator:
            self = RunTally(session: session, isUnconfined: isUnconfined)
            isInTask = true
        case .taskResumed: isInTask = true
        case .taskFinished: isInTask = false
        case .answered(let answered) where event.place == .coordinator && !isInTask:
            unshownAnswer = answered.value.stringValue ?? answered.value.text
        case .turnFinished(let turn):
            usage = usage + turn.reply.usage
            isReplayed = isReplayed || turn.isReplayed
            guard !turn.isReplayed else { return }
            cost = cost + turn.reply.cost
            if turn.reply.cost == .unknown, !unpriced.contains(turn.reply.model) { unpriced.append(turn.reply.model) }
        default: break
        }
    }

    /// The answer that a cell which just finished gave outside of a task. A cell that failed has given none.
    mutating func answer(for event: Event) -> String? {
        guard case .cellFinished(let cell) = event.body, event.place == .coordinator else { return nil }
        defer { unshownAnswer = nil }
        return cell.status == .ok ? unshownAnswer : nil
    }
}

extension Canvas {
    /// `in 71.2k (30.1k cached) · out 3.1k`.
    func tokens(_ usage: Usage) -> StyledLine {
        let about = usage.isEstimated ? "about " : ""
        let cached = usage.cacheRead > 0 ? " (\(Figure.tokens(usage.cacheRead)) cached)" : ""
        let read = usage.input + usage.cacheRead + usage.cacheWrite
        return text("in \(about)\(Figure.tokens(read))\(cached) · out \(Figure.tokens(usage.output))")
    }

    /// What was spent, in words where no figure would be true.
    func cost(_ cost: Cost, unpriced: [String], isReplayed: Bool) -> StyledLine {
        if let money = Figure.money(cost) {
            return text(isReplayed && cost == .none ? "replayed: nothing was spent" : money)
        }
        let models = unpriced.isEmpty ? "a model that was used" : unpriced.joined(separator: ", ")
        return text("unknown: no price for \(models)")
    }
}
