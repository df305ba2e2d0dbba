import Foundation
package import LatheVocabulary

/// The replies of a session, so that it can run again without a model: JSON lines, a header and one line a call, which holds its
/// reply or why there was none.
package struct Recording: Sendable, Hashable {
    package struct Header: Sendable, Hashable, Codable {
        /// The version of the form: 1.
        package var recording: Int
        package var task: String
        /// The names that the session's inputs were bound to.
        package var inputs: [String]
        package var model: String
        package var session: String
        /// The window that the coordinator's conversation was made shorter for; nil where it never was.
        package var contextWindow: ContextWindow?
        /// What the task begins with; nil where its model begins it.
        package var form: TaskForm?

        package init(task: String, inputs: [String], model: String, session: String) {
            recording = 1
            self.task = task
            self.inputs = inputs
            self.model = model
            self.session = session
        }
    }

    package struct Entry: Sendable, Hashable, Codable {
        package var place: Place
        package var turn: Int
        package var reply: ModelReply

        package init(place: Place, turn: Int, reply: ModelReply) {
            self.place = place
            self.turn = turn
            self.reply = reply
        }
    }

    /// A call that gave no reply.
    package struct Failure: Sendable, Hashable, Codable {
        package struct Reason: Sendable, Hashable, Codable {
            package var code: ModelError.Code
            package var reason: String
        }

        package var place: Place
        package var turn: Int
        package var failure: Reason
        /// Whether another model took over after it. Nil stands for false.
        package var fellBack: Bool?
    }

    /// What became of one call.
    package enum Call: Sendable, Hashable {
        case reply(Entry)
        case failure(Failure)
    }

    package var header: Header
    /// In the order in which they ended.
    package private(set) var calls: [Call]

    /// The replies alone.
    package var entries: [Entry] {
        calls.compactMap { if case .reply(let entry) = $0 { entry } else { nil } }
    }

    package init(header: Header, entries: [Entry]) {
        self.header = header
        calls = entries.map(Call.reply)
    }

    /// What a session's events recorded: the replies of `turn_finished`, under the first task that was submitted.
    package init(events: [Event]) {
        header = Header(task: "", inputs: [], model: "", session: "")
        var sawTask = false
        calls = []
        for event in events {
            switch event.body {
            case .sessionOpened(let opened):
                header.inputs = opened.inputs.map(\.name)
                header.model = opened.model
                header.session = opened.session
            case .taskSubmitted(let submitted) where !sawTask:
                header.task = submitted.task
                header.form = submitted.form
                sawTask = true
            case .contextShrunk(let step) where event.place == .coordinator:
                header.contextWindow = header.contextWindow ?? step.window
            case .turnFinished(let finished):
                calls.append(.reply(Entry(place: event.place, turn: finished.turn, reply: finished.reply)))
            case .turnFailed(let failed):
                let reason = Failure.Reason(code: failed.code, reason: failed.reason)
                calls.append(.failure(Failure(place: event.place, turn: failed.turn, failure: reason)))
            case .modelFellBack(let told): fellBack(at: event.place, told.turn)
            default: break
            }
        }
    }

    /// Marks the failure that another model took over from.
    private mutating func fellBack(at place: Place, _ turn: Int) {
        for (index, call) in calls.enumerated().reversed() {
            guard case .failure(var failure) = call, failure.place == place, failure.turn == turn else { continue }
            failure.fellBack = true
            calls[index] = .failure(failure)
            return
        }
    }

    package init(path: String) throws(ModelSetupError) {
        do {
            try self.init(parsing: String(contentsOfFile: path, encoding: .utf8))
        } catch let error as ModelSetupError {
            throw ModelSetupError(error.code, "\(PlainText.line(path)): \(error.reason)")
        } catch {
            throw ModelSetupError(
                .badRecording, "The recording \(PlainText.quoted(path)) cannot be read.", underlying: error
            )
        }
    }

    package init(parsing text: String) throws(ModelSetupError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        guard let first = lines.first else { throw ModelSetupError(.badRecording, "A recording without a header.") }
        header = try Self.decoded(first, as: Header.self, line: 1)
        guard header.recording == 1 else {
            throw ModelSetupError(
                .badRecording,
                "A recording of form \(header.recording); this version of lathe reads form 1."
            )
        }
        calls = []
        for (index, line) in lines.dropFirst().enumerated() {
            let isFailure = (try? JSONValue(parsing: String(line)))?["failure"] != nil
            calls.append(
                isFailure
                    ? .failure(try Self.decoded(line, as: Failure.self, line: index + 2))
                    : .reply(try Self.decoded(line, as: Entry.self, line: index + 2)))
        }
    }

    private static func decoded<Value: Decodable>(
        _ line: Substring, as type: Value.Type, line number: Int
    ) throws(ModelSetupError) -> Value {
        do {
            // The strict parser first: it refuses duplicate keys and depth that the decoder would take.
            let value = try JSONValue(parsing: String(line))
            return try JSONDecoder().decode(type, from: Data(value.text.utf8))
        } catch {
            throw ModelSetupError(
                .badRecording,
                "Line \(number) of the recording is not what it should be: \(PlainText.line("\(error)", limit: 160))",
                underlying: error
            )
        }
    }

    /// The recording as it stands in a file; the same recording always gives the same text.
    package func text() throws(ModelSetupError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let lines =
                try [encoder.encode(header)]
                + calls.map { call in
                    switch call {
                    case .reply(let entry): try encoder.encode(entry)
                    case .failure(let failure): try encoder.encode(failure)
                    }
                }
            return lines.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
        } catch {
            throw ModelSetupError(.badRecording, "The replies cannot be written as JSON.", underlying: error)
        }
    }
}
