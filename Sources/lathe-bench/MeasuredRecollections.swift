internal import Foundation
internal import LatheLibrary
internal import LatheRecall
internal import LatheStore
internal import LatheVocabulary

/// What a project remembers, searched as a session and its code search it.
actor MeasuredRecollections {
    private let parts: BenchParts
    private let clock = ContinuousClock()
    private var memory: ProjectRecollections?

    init(parts: BenchParts) { self.parts = parts }

    /// Keeps the recollections of the file `code`, a JSON object a line, in the folder beside it: the median seconds of keeping a
    /// fact, and by `meaning` those until all have vectors.
    func open(_ step: Step) async throws -> StepAnswer {
        let folder = (step.code as NSString).deletingLastPathComponent
        let meaning =
            step.expected == "meaning"
            ? MeaningProcess(python: parts.root + "/.venv/bin/python3", package: parts.root + "/python/lathe_meaning")
            : nil
        await memory?.close()
        let memory = ProjectRecollections(
            project: "/bench", records: RecollectionDatabase(folder: folder + "/state"), meaning: meaning)
        self.memory = memory
        var took: [Double] = []
        var episodes: [Recollection] = []
        for line in try String(contentsOfFile: step.code, encoding: .utf8).split(separator: "\n") {
            let one = try Self.recollection(try JSONValue(parsing: String(line)), episodes.count + 1)
            guard one.kind == .fact else {
                episodes.append(one)
                continue
            }
            let began = clock.now
            _ = try await memory.add(one)
            took.append((clock.now - began) / .seconds(1))
        }
        try await memory.add(episodes: episodes)
        let began = clock.now
        while meaning != nil, try await recall("anything", .question, memory).caveat?.contains("yet") == true {}
        let median = took.isEmpty ? 0 : took.sorted()[took.count / 2]
        return StepAnswer(seconds: [median, (clock.now - began) / .seconds(1)])
    }

    /// One search for the words `code`, at the beginning of a `task` or as a `question` of code's: its seconds, and as JSON the text
    /// and the words of what it found.
    func recall(_ step: Step) async throws -> StepAnswer {
        guard let memory else { throw BenchError("no recollections were opened") }
        let purpose: RecollectionNeed.Purpose =
            step.expected == "task" ? .task(session: "bench", shown: []) : .question
        let began = clock.now
        let found = try await recall(step.code, purpose, memory)
        let took = (clock.now - began) / .seconds(1)
        let items = found.items.map { JSONValue.string($0.text) }
        return StepAnswer(
            seconds: [took], value: (["text": .string(found.text), "items": .array(items)] as JSONValue).text)
    }

    func close() async {
        await memory?.close()
        memory = nil
    }

    private func recall(
        _ words: String, _ purpose: RecollectionNeed.Purpose, _ memory: ProjectRecollections
    ) async throws -> RecollectionFinding {
        let limit = purpose == .question ? 5 : RecollectionLimits.told
        return try await memory.recall(RecollectionNeed(words: words, limit: limit, purpose: purpose))
    }

    private static func recollection(_ item: JSONValue, _ number: Int) throws -> Recollection {
        if let text = item["text"]?.stringValue {
            return Recollection(
                kind: .fact, text: text, about: item["about"]?.stringValue ?? "",
                origin: RecollectionOrigin(by: .user, time: 1))
        }
        guard let task = item["task"]?.stringValue else { throw BenchError("this is no recollection: \(item.text)") }
        return Recollection(
            kind: .episode, text: task, origin: RecollectionOrigin(by: .lathe, session: "s", time: 1),
            episode: Episode(
                status: .complete, answer: item["answer"]?.stringValue ?? "", began: 1, sequence: number))
    }
}
