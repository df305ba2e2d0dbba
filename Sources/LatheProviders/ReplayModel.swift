package import LatheVocabulary
import Synchronization

/// A model that gives the replies of a recording again, found by place and turn. Costs nothing.
///
/// A place and turn that was recorded once always gives that reply; one that was recorded several times (several tasks of
/// a session) gives its replies in their order, each once. A call that failed fails again, for the recorded reason.
package final class ReplayModel: LanguageModel {
    private struct Key: Hashable, Sendable {
        var place: Place
        var turn: Int
    }

    /// What a place does where its recording has no further turn.
    package enum End: Sendable, Hashable {
        /// The recording is at fault: nothing can go on.
        case fails
        /// The recorded work was stopped there, and so is this one.
        case stops
    }

    package let name: String
    package let codeForm: CodeForm
    package var isReplay: Bool { true }
    /// As it was when it was recorded, so that the conversation is made shorter at the same turns.
    package var contextWindow: ContextWindow { header.contextWindow ?? .unlimited }
    package let header: Recording.Header
    /// Characters a second; nil for no delay at all.
    private let pace: Double?
    private let end: End
    private let calls: [Key: [Result<ModelReply, ModelError>]]
    private let fallen: Set<Key>
    private let given = Mutex<[Key: Int]>([:])

    package init(
        _ recording: Recording, name: String = "replay", codeForm: CodeForm? = nil, pace: Double? = nil,
        end: End = .fails
    ) {
        self.name = name
        self.pace = pace
        self.end = end
        header = recording.header
        var calls: [Key: [Result<ModelReply, ModelError>]] = [:]
        for call in recording.calls {
            switch call {
            case .reply(let entry):
                calls[Key(place: entry.place, turn: entry.turn), default: []].append(.success(entry.reply))
            case .failure(let failure):
                let error = ModelError(failure.failure.code, failure.failure.reason)
                calls[Key(place: failure.place, turn: failure.turn), default: []].append(.failure(error))
            }
        }
        self.calls = calls
        fallen = Set(
            recording.calls.compactMap { call in
                guard case .failure(let failure) = call, failure.fellBack == true else { return nil }
                return Key(place: failure.place, turn: failure.turn)
            })
        self.codeForm = codeForm ?? Self.form(of: recording)
    }

    /// Fences where no reply ever called the tool and one holds a block of Python.
    private static func form(of recording: Recording) -> CodeForm {
        let sawCalls = recording.entries.contains { !$0.reply.calls.isEmpty }
        let sawFences = recording.entries.contains { $0.reply.text.contains("```python") }
        return sawFences && !sawCalls ? .fence : .tool
    }

    /// Whether the recording says what became of a request.
    package func knows(_ request: ModelRequest) -> Bool {
        calls[Key(place: request.place, turn: request.turn)] != nil
    }

    package func fellBack(after request: ModelRequest) -> Bool {
        fallen.contains(Key(place: request.place, turn: request.turn))
    }

    package func worstCost(inputTokens: Int, outputTokens: Int) -> Cost { .none }

    package func reply(
        to request: ModelRequest,
        progress: @escaping @Sendable (ReplyProgress) -> Void
    ) async throws(ModelError) -> ModelReply {
        var reply = try next(Key(place: request.place, turn: request.turn))
        try await stream(reply.text) { progress(.text($0)) }
        for call in reply.calls { try await stream(call.code ?? "") { progress(.code($0)) } }
        if Task.isCancelled { throw RetryPolicy.stopped }
        reply.cost = .none
        return reply
    }

    private func next(_ key: Key) throws(ModelError) -> ModelReply {
        let recorded = calls[key] ?? []
        if recorded.count == 1, let only = recorded.first { return try only.get() }
        let index = given.withLock { given in
            let index = given[key, default: 0]
            given[key] = index + 1
            return index
        }
        guard index < recorded.count else {
            if recorded.isEmpty, end == .stops {
                throw ModelError(.cancelled, "The recorded work was stopped here.")
            }
            let times = recorded.isEmpty ? "" : " once more than its \(recorded.count) times"
            throw ModelError(
                .notRecorded,
                "The recording has no reply for turn \(key.turn) of \(PlainText.line(key.place.description))\(times). "
                    + "Record the session again, or go on with a live model: lathe replay SESSION --from TURN --model MODEL."
            )
        }
        return try recorded[index].get()
    }

    private func stream(_ text: String, _ show: (String) -> Void) async throws(ModelError) {
        var rest = text[...]
        while !rest.isEmpty {
            let piece = rest.prefix(24)
            rest = rest.dropFirst(24)
            show(String(piece))
            guard let pace, pace > 0 else { continue }
            do {
                try await Task.sleep(for: .seconds(Double(piece.count) / pace))
            } catch {
                throw RetryPolicy.stopped
            }
        }
    }
}
