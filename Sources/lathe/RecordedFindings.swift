internal import LatheVocabulary

/// What searches of a recorded session were answered, by what they looked for and in the order of its journal.
///
/// Subtasks share them: they ask the same library.
struct RecordedFindings<Answer: Sendable>: Sendable {
    struct Question: Hashable, Sendable {
        var words: String
        var limit: Int?
    }

    private struct Call: Hashable {
        var place: Place
        var number: Int
    }

    private var findings: [Question: [Answer]] = [:]

    /// Those of the host call of a name. `answer` reads what it was answered, nil where that is nothing to give again; `told` what
    /// was found without a call.
    init(
        of name: String, in events: [Event], answer: (HostAnswered) -> Answer?,
        told: (Event) -> (Question, Answer)? = { _ in nil }
    ) {
        var asked: [Call: Question] = [:]
        for event in events {
            switch event.body {
            case .hostCalled(let call) where call.name == name:
                guard let words = call.arguments["query"]?.stringValue else { continue }
                asked[Call(place: event.place, number: call.call)] = Question(
                    words: words, limit: call.arguments["limit"]?.integerValue)
            case .hostAnswered(let answered) where answered.name == name:
                guard let question = asked[Call(place: event.place, number: answered.call)],
                    let found = answer(answered)
                else { continue }
                findings[question, default: []].append(found)
            default:
                guard let (question, found) = told(event) else { continue }
                findings[question, default: []].append(found)
            }
        }
    }

    /// The next answer to the same search; nil where the session made no such one, or none more.
    mutating func take(_ words: String, upTo limit: Int?) -> Answer? {
        let question = Question(words: words, limit: limit)
        guard let first = findings[question]?.first else { return nil }
        findings[question]?.removeFirst()
        return first
    }
}

extension RecordedFindings<AgentFinding> {
    /// With the agents among which a specialist was chosen.
    init(ofAgentsIn events: [Event]) {
        self.init(
            of: "agents", in: events, answer: { $0.value.flatMap(AgentFinding.init) },
            told: { event in
                guard case .specialistAsked(let wish) = event.body else { return nil }
                let found = wish.agents.map { name in
                    AgentFinding.Candidate(
                        name: name, summary: "", profile: AgentProfile(), modelRole: nil, returns: nil, status: "",
                        match: 0, isClose: false, health: AgentHealth())
                }
                let question = Question(words: wish.need, limit: SpecialistAsked.mostAgents)
                return (question, AgentFinding(candidates: found))
            })
    }
}

extension RecordedFindings<Result<CapabilityFinding, LibraryError>> {
    /// With what tasks were told that fits them.
    init(ofCapabilitiesIn events: [Event]) {
        var task = ""
        self.init(
            of: "find", in: events,
            answer: { answered in
                if let found = answered.value.flatMap(CapabilityFinding.init) { return .success(found) }
                guard answered.code == "library", let reason = answered.reason else { return nil }
                return .failure(LibraryError(.unreadable, reason))
            },
            told: { event in
                if case .taskSubmitted(let submitted) = event.body { task = submitted.task }
                guard case .toolsOffered(let offered) = event.body else { return nil }
                let question = Question(words: ToolsOffered.words(of: task), limit: ToolsOffered.most)
                let finding = CapabilityFinding(text: offered.text, names: offered.names, searched: offered.searched)
                return (question, .success(finding))
            })
    }
}
