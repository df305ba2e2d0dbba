import Foundation
package import LatheVocabulary

/// The replies of a session, so that it can run again without a model: JSON lines, a header and one line a reply.
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

    package var header: Header
    /// In the order in which the replies came.
    package var entries: [Entry]

    package init(header: Header, entries: [Entry]) {
        self.header = header
        self.entries = entries
    }

    /// What a session's events recorded: the replies of `turn_finished`, under the first task that was submitted.
    package init(events: [Event]) {
        var header = Header(task: "", inputs: [], model: "", session: "")
        var sawTask = false
        entries = []
        for event in events {
            switch event.body {
            case .sessionOpened(let opened):
                header.inputs = opened.inputs.map(\.name)
                header.model = opened.model
                header.session = opened.session
            case .taskSubmitted(let submitted) where !sawTask:
                header.task = submitted.task
                sawTask = true
            case .contextShrunk(let step) where event.place == .coordinator:
                header.contextWindow = header.contextWindow ?? step.window
            case .turnFinished(let finished):
                entries.append(Entry(place: event.place, turn: finished.turn, reply: finished.reply))
            default: break
            }
        }
        self.header = header
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
        entries = []
        for (index, line) in lines.dropFirst().enumerated() {
            entries.append(try Self.decoded(line, as: Entry.self, line: index + 2))
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
            let lines = try [encoder.encode(header)] + entries.map(encoder.encode)
            return lines.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
        } catch {
            throw ModelSetupError(.badRecording, "The replies cannot be written as JSON.", underlying: error)
        }
    }
}
