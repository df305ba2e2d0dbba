internal import LatheEngine
internal import LatheStore
internal import LatheVocabulary

/// Journals on disk, as a session writes and reads them; the folder goes with each step.
struct MeasuredJournal: Sendable {
    private let clock = ContinuousClock()

    /// Writes `count` durable events, one after the other: each is on disk before the next. The seconds of each.
    func events(_ step: Step) async throws -> StepAnswer {
        try await inSession { session in
            var seconds: [Double] = []
            for index in 0..<step.count {
                let body = EventBody.hostAnswered(
                    HostAnswered(call: index + 1, name: "answer", value: ["accepted": true]))
                let began = clock.now
                _ = try await session.journal.append(body, at: .coordinator)
                seconds.append((clock.now - began) / .seconds(1))
            }
            return StepAnswer(seconds: seconds)
        }
    }

    /// The same from eight writers at once, whose events share synchronisations: the seconds of all.
    func eventsAtOnce(_ step: Step) async throws -> StepAnswer {
        try await inSession { session in
            let journal = session.journal
            let began = clock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for index in 0..<(step.count / 8) {
                            let answered = HostAnswered(call: index + 1, name: "answer", value: ["accepted": true])
                            _ = try await journal.append(
                                .hostAnswered(answered), at: Place.coordinator.child("\(writer)"))
                        }
                    }
                }
                try await group.waitForAll()
            }
            return StepAnswer(seconds: [(clock.now - began) / .seconds(1)])
        }
    }

    /// What journaling adds to a turn with one cell, in a conversation of `count` turns: the seconds of each turn's events.
    func turns(_ step: Step) async throws -> StepAnswer {
        try await inSession { session in
            StepAnswer(seconds: try await write(step.count, to: session))
        }
    }

    /// Reads a session of `count` turns whose lathe was killed in the middle of a task, and folds it to what is needed to go on.
    func resume(_ step: Step) async throws -> StepAnswer {
        try await inSession { session in
            _ = try await write(step.count, to: session)
            let began = clock.now
            let past = SessionPast(try await session.journal.history())
            let seconds = (clock.now - began) / .seconds(1)
            guard past.unfinished != nil, past.transcript.messages.count == 2 * step.count + 1 else {
                throw BenchError("the session was not read as it was written")
            }
            return StepAnswer(seconds: [seconds])
        }
    }

    private func write(_ count: Int, to session: OpenSession) async throws -> [Double] {
        let journal = session.journal
        var transcript = Transcript()
        let submitted = EventBody.taskSubmitted(TaskSubmitted(task: "Look at all of it."))
        _ = try await journal.append(submitted, at: .coordinator)
        transcript.apply(submitted)
        var seconds: [Double] = []
        for turn in 1...max(count, 1) {
            let bodies = Self.events(of: turn, transcript.messages)
            let began = clock.now
            for body in bodies { _ = try await journal.append(body, at: .coordinator) }
            seconds.append((clock.now - began) / .seconds(1))
            for body in bodies { transcript.apply(body) }
        }
        return seconds
    }

    /// The events of a turn with one cell, as a session writes them.
    private static func events(of turn: Int, _ messages: [Message]) -> [EventBody] {
        let code = "part_\(turn) = frame[frame.month == \(turn % 12)]\nprint(part_\(turn).delay.describe())"
        // A conversation that is kept within a context: the whole of it would be another measurement.
        let request = ModelRequest(
            place: .coordinator, turn: turn, system: "You are the coordinator of a data job.",
            messages: Array(messages.prefix(100)), state: "variables: frame: DataFrame 336776×19")
        let reply = ModelReply(
            text: "", calls: [ToolCall(id: "call-\(turn)", code: code)], stop: .toolUse,
            usage: Usage(input: 4_000, output: 60), model: "scripted")
        let printed = String(repeating: "mean 12.6 ", count: 20)
        let result = CellResult(
            number: turn, status: .ok, seconds: 0.01,
            stdout: CapturedText(bytes: printed.utf8.count, head: printed))
        return [
            .turnStarted(TurnStarted(turn: turn, model: "scripted", request: request)),
            .turnFinished(TurnFinished(turn: turn, reply: reply, seconds: 1)),
            .checkpointed(Checkpointed(checkpoint: turn, maker: .lathe, cell: turn - 1)),
            .cellStarted(Cell(number: turn, code: code)), .cellFinished(result),
        ]
    }

    private func inSession(
        _ body: (OpenSession) async throws -> StepAnswer
    ) async throws -> StepAnswer {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let session = try await SessionStore(folder: scratch.path + "/sessions").create("bench")
        do {
            let answer = try await body(session)
            try await session.close()
            return answer
        } catch {
            try? await session.close()
            throw error
        }
    }
}
