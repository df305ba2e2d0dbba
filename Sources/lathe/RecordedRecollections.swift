internal import LatheVocabulary
internal import Synchronization

/// What a recorded session recalled and remembered, answered once more as it was: nothing is kept or forgotten. What was not recorded
/// goes to `beyond`, where a session goes on from there, and is refused otherwise.
final class RecordedRecollections: Recollections {
    private struct Past {
        /// What the model was told at the beginning of each task; nil where it was told nothing.
        var told: [Recalled?] = []
        /// Answers to calls, by name and arguments, in their order.
        var answers: [String: [HostAnswered]] = [:]
    }

    private let past: Mutex<Past>
    private let beyond: (any Recollections)?

    init(_ events: [Event], beyond: (any Recollections)?) {
        past = Mutex(Self.past(events))
        self.beyond = beyond
    }

    private static func past(_ events: [Event]) -> Past {
        var past = Past()
        var called: [String: HostCalled] = [:]
        for event in events {
            switch event.body {
            case .taskSubmitted where event.place == .coordinator: past.told.append(nil)
            case .recalled(let recalled) where recalled.text != nil && !past.told.isEmpty:
                past.told[past.told.count - 1] = recalled
            case .hostCalled(let call): called["\(event.place) \(call.call)"] = call
            case .hostAnswered(let answer) where ["remember", "recall", "forget"].contains(answer.name):
                guard let call = called["\(event.place) \(answer.call)"] else { continue }
                past.answers[key(answer.name, call.arguments), default: []].append(answer)
            default: break
            }
        }
        return past
    }

    func add(_ fact: Recollection) async throws(RecollectionError) -> AddedFact {
        guard let value = try taken("remember", ["text": .string(fact.text)]) else {
            guard let beyond else { throw Self.unrecorded("remembered") }
            return try await beyond.add(fact)
        }
        let numbers = { (name: String) -> [Int] in value[name]?.arrayValue?.compactMap(\.integerValue) ?? [] }
        return AddedFact(
            id: value["id"]?.integerValue ?? 0, isNew: value["new"]?.boolValue == true, replaced: numbers("replaced"),
            beside: numbers("beside"))
    }

    /// What only follows a recording came to nothing new.
    func add(episodes: [Recollection]) async throws(RecollectionError) { try await beyond?.add(episodes: episodes) }

    func recall(_ need: RecollectionNeed) async throws(RecollectionError) -> RecollectionFinding {
        if case .task = need.purpose {
            let told = past.withLock { past -> Recalled?? in
                past.told.isEmpty ? nil : .some(past.told.removeFirst())
            }
            if let told { return Self.finding(told) }
            return try await beyond?.recall(need) ?? RecollectionFinding(text: "")
        }
        guard let value = try taken("recall", ["query": .string(need.words)]) else {
            guard let beyond else { throw Self.unrecorded("recalled") }
            return try await beyond.recall(need)
        }
        return RecollectionFinding(
            text: value["text"]?.stringValue ?? "", items: (value["items"]?.arrayValue ?? []).map(Recollection.init),
            searched: value["searched"]?.integerValue ?? 0)
    }

    func forget(_ id: Int, saidIn session: String) async throws(RecollectionError) -> Recollection {
        guard try taken("forget", ["id": .integer(id)]) != nil else {
            guard let beyond else { throw Self.unrecorded("forgotten") }
            return try await beyond.forget(id, saidIn: session)
        }
        return Recollection(id: id, kind: .fact, text: "", origin: RecollectionOrigin(by: .code, time: 0))
    }

    func count() async throws(RecollectionError) -> Int { try await beyond?.count() ?? 0 }

    func close() async { await beyond?.close() }

    // MARK: Parts

    /// The recorded answer to a call; nil where there is none, or none more.
    private func taken(_ name: String, _ arguments: JSONValue) throws(RecollectionError) -> JSONValue? {
        let key = Self.key(name, arguments)
        let answer = past.withLock { past -> HostAnswered? in
            guard past.answers[key]?.isEmpty == false else { return nil }
            return past.answers[key]?.removeFirst()
        }
        guard let answer else { return nil }
        guard let value = answer.value else {
            throw RecollectionError(Self.code(answer.code), answer.reason ?? "it was refused")
        }
        return value
    }

    /// By what is said, looked for or forgotten.
    private static func key(_ name: String, _ arguments: JSONValue) -> String {
        let what = arguments["text"] ?? arguments["query"] ?? arguments["id"] ?? .null
        return "\(name) \(what.text)"
    }

    private static func finding(_ told: Recalled?) -> RecollectionFinding {
        RecollectionFinding(
            text: told?.text ?? "",
            items: (told?.ids ?? []).map {
                Recollection(id: $0, kind: .fact, text: "", origin: RecollectionOrigin(by: .lathe, time: 0))
            })
    }

    private static func code(_ text: String?) -> RecollectionError.Code {
        switch text {
        case "refused": .refused
        case "not_allowed": .notAllowed
        case "invalid_arguments": .notFound
        case "limit": .limit
        default: .unreadable
        }
    }

    private static func unrecorded(_ what: String) -> RecollectionError {
        RecollectionError(
            .unrecorded, "the recorded session has \(what) no such thing here, and a replay keeps nothing")
    }
}

extension Recollection {
    /// Reads back what code was given.
    fileprivate init(_ value: JSONValue) {
        let marks = value["marks"]?.arrayValue?.compactMap { $0.stringValue.flatMap(Mark.init) } ?? []
        self.init(
            id: value["id"]?.integerValue ?? 0, kind: value["kind"]?.stringValue.flatMap(Kind.init) ?? .fact,
            text: value["text"]?.stringValue ?? "", about: value["about"]?.stringValue ?? "",
            origin: RecollectionOrigin(
                by: value["by"]?.stringValue.flatMap(RecollectionOrigin.Speaker.init) ?? .code,
                session: value["session"]?.stringValue, time: value["time"]?.numberValue ?? 0),
            marks: marks, until: value["until"]?.stringValue)
        guard let status = value["status"]?.stringValue.flatMap(OutcomeStatus.init) else { return }
        episode = Episode(
            status: status, answer: value["answer"]?.stringValue ?? "",
            artifacts: value["artifacts"]?.arrayValue?.compactMap(\.stringValue) ?? [], began: 0, sequence: 0)
    }
}
