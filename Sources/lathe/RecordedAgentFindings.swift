internal import LatheVocabulary

/// What searches of a recorded session for agents were answered, by what they looked for and in the order of its journal.
struct RecordedAgentFindings: Sendable {
    private struct Question: Hashable, Sendable {
        var words: String
        var limit: Int?
    }

    private struct Call: Hashable {
        var place: Place
        var number: Int
    }

    private var findings: [Question: [AgentFinding]] = [:]

    init(in events: [Event]) {
        var asked: [Call: Question] = [:]
        for event in events {
            switch event.body {
            case .hostCalled(let call) where call.name == "agents":
                guard let words = call.arguments["query"]?.stringValue else { continue }
                asked[Call(place: event.place, number: call.call)] = Question(
                    words: words, limit: call.arguments["limit"]?.integerValue)
            case .hostAnswered(let answer) where answer.name == "agents":
                guard let question = asked[Call(place: event.place, number: answer.call)],
                    let found = answer.value.flatMap(AgentFinding.init)
                else { continue }
                findings[question, default: []].append(found)
            case .specialistAsked(let wish):
                let found = wish.agents.map { name in
                    AgentFinding.Candidate(
                        name: name, summary: "", profile: AgentProfile(), modelRole: nil, returns: nil, status: "",
                        match: 0, isClose: false, health: AgentHealth())
                }
                findings[Question(words: wish.need, limit: SpecialistAsked.mostAgents), default: []].append(
                    AgentFinding(candidates: found))
            default: break
            }
        }
    }

    /// The next answer to the same search; nil where the session made no such one, or none more.
    mutating func take(_ need: AgentNeed) -> AgentFinding? {
        let question = Question(words: need.words, limit: need.limit)
        guard let first = findings[question]?.first else { return nil }
        findings[question]?.removeFirst()
        return first
    }
}
