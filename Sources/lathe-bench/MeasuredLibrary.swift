internal import LatheLibrary
internal import LatheVocabulary

/// A library that is searched as a session searches it.
actor MeasuredLibrary {
    private let parts: BenchParts
    private let clock = ContinuousClock()
    private(set) var library: SourceLibrary?

    init(parts: BenchParts) { self.parts = parts }

    /// Opens the library in the folder `code`, by `words` or by `meaning`: the seconds until a first search has read and indexed it,
    /// and with meaning until all have vectors.
    func open(_ step: Step) async throws -> StepAnswer {
        let library = parts.library(at: step.code, byMeaning: step.expected == "meaning")
        self.library = library
        let began = clock.now
        var found = try await find("anything", in: library)
        while step.expected == "meaning", found.contains("not by meaning yet") {
            try await Task.sleep(for: .milliseconds(50))
            found = try await find("anything", in: library)
        }
        return StepAnswer(seconds: [(clock.now - began) / .seconds(1)])
    }

    /// One search for the words `code`: its seconds and its text.
    func find(_ step: Step) async throws -> StepAnswer {
        guard let library else { throw BenchError("no library was opened") }
        let began = clock.now
        let text = try await find(step.code, in: library)
        return StepAnswer(seconds: [(clock.now - began) / .seconds(1)], value: text)
    }

    private func find(_ words: String, in library: SourceLibrary) async throws -> String {
        try await library.find(CapabilityNeed(words: words, limit: 5, session: "bench"), among: nil).text
    }
}
