internal import LatheVocabulary

/// What searches of a recorded session were answered, by what they looked for and in the order of its journal.
///
/// Subtasks share them: they ask the same library.
struct RecordedFindings: Sendable {
    private struct Question: Hashable, Sendable {
        var words: String
        var limit: Int?
    }

    private struct Call: Hashable {
        var place: Place
        var number: Int
    }

    private var findings: [Question: [Result<CapabilityFinding, LibraryError>]] = [:]

    init(in events: [Event]) {
        var asked: [Call: Question] = [:]
        var task = ""
        for event in events {
            switch event.body {
            case .taskSubmitted(let submitted): task = submitted.task
            case .toolsOffered(let offered):
                let question = Question(words: ToolsOffered.words(of: task), limit: ToolsOffered.most)
                let finding = CapabilityFinding(text: offered.text, names: offered.names, searched: offered.searched)
                findings[question, default: []].append(.success(finding))
            case .hostCalled(let call) where call.name == "find":
                guard let words = call.arguments["query"]?.stringValue else { continue }
                asked[Call(place: event.place, number: call.call)] = Question(
                    words: words, limit: call.arguments["limit"]?.integerValue)
            case .hostAnswered(let answer) where answer.name == "find":
                guard let question = asked[Call(place: event.place, number: answer.call)] else { continue }
                if let found = answer.value.flatMap(CapabilityFinding.init) {
                    findings[question, default: []].append(.success(found))
                } else if answer.code == "library", let reason = answer.reason {
                    findings[question, default: []].append(.failure(LibraryError(.unreadable, reason)))
                }
            default: break
            }
        }
    }

    /// The next answer to the same search; nil where the session made no such one, or none more.
    mutating func take(_ need: CapabilityNeed) -> Result<CapabilityFinding, LibraryError>? {
        let question = Question(words: need.words, limit: need.limit)
        guard let first = findings[question]?.first else { return nil }
        findings[question]?.removeFirst()
        return first
    }
}
