import LatheVocabulary

/// What screens say of chosen agents, roundtables, handoffs and plans: plain sentences, whose texts of models are cut here and escaped where they are shown.
enum OrchestrationLines {
    private static let text = 160

    /// Nil for an event that is about none of what agents do together.
    static func sentences(_ body: EventBody) -> [String]? {
        switch body {
        case .agentChosen(let chosen): [brief(chosen.sentence)]
        case .roundtableOpened(let opened): [opened.sentenceWithCost + ": " + brief(opened.question)]
        case .roundtableSeated(let seated): sentences(seated)
        case .roundtableRound(let round):
            ["roundtable \(round.table), round \(round.round) of \(round.of): \(round.seats.joined(separator: ", "))"]
        case .roundtableClosed(let closed): [sentence(closed)]
        case .handoffInitiated(let handoff):
            [
                "handoff \(handoff.handoff) to \(brief(handoff.agent)), to be accepted within "
                    + "\(Figure.duration(handoff.within)): \(brief(handoff.goal))"
            ]
        case .handoffAccepted(let handoff): ["handoff \(handoff.handoff) accepted"]
        case .handoffDeclined(let handoff): ["handoff \(handoff.handoff) declined: \(brief(handoff.reason))"]
        case .handoffCompleted(let handoff):
            ["handoff \(handoff.handoff) completed by subtask://\(handoff.subtask)"]
        case .handoffRolledBack(let back):
            [
                "handoff \(back.handoff) rolled back to checkpoint \(back.checkpoint) (\(back.cause.rawValue)): "
                    + brief(back.reason)
            ]
        default: PlanLines.sentences(body) ?? ContextLines.sentences(body)
        }
    }

    private static func sentences(_ seated: RoundtableSeated) -> [String] {
        let table = "roundtable \(seated.table)"
        let seats = seated.seats.map { seat in
            "\(table), seat \(seat.key) \(brief(seat.name)): \(brief(seat.stance)) "
                + "(opposes \(brief(seat.opposes.joined(separator: ", "))))"
        }
        let asked = seated.asked.map { asked in
            let became = asked.seat.map { "seated as \($0)" } ?? "declined: \(brief(asked.declined ?? ""))"
            return "\(table), \(brief(asked.by)) asked for \(brief(asked.perspective)): \(became)"
        }
        return seats + asked
    }

    private static func sentence(_ closed: RoundtableClosed) -> String {
        let found = closed.status == .complete ? ": \(closed.consensus) agreed, \(closed.dissent) disputed" : ""
        let left = closed.failed.isEmpty ? "" : "; left it: \(closed.failed.joined(separator: ", "))"
        let why = closed.reason.isEmpty ? "" : ": \(brief(closed.reason))"
        return "roundtable \(closed.table) \(closed.status.rawValue)\(found)\(why)\(left)"
    }

    static func brief(_ words: String) -> String {
        let line = TerminalText.lines(words).filter { !$0.allSatisfy(\.isWhitespace) }.joined(separator: " ")
        return line.count > text ? line.prefix(text - 1) + "…" : line
    }
}
