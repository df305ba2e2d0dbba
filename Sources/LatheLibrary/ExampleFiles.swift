internal import Foundation
package import LatheVocabulary

/// An agent's recorded examples as the files beside it: `example_X.json`, and `example_X.replies.jsonl` with what was recorded.
package enum ExampleFiles {
    /// The version of the form of a recording.
    private static let form = 1
    private static let (prefix, exampleSuffix, repliesSuffix) = ("example_", ".json", ".replies.jsonl")

    /// Whether a file among the fixtures is part of an example.
    static func isPart(_ file: String) -> Bool {
        file.hasPrefix(prefix) && (file.hasSuffix(exampleSuffix) || file.hasSuffix(repliesSuffix))
    }

    /// The examples among an agent's fixtures, by name. Throws `.refused` with the file that is none, and why.
    package static func examples(_ fixtures: [String: [UInt8]]) throws(LibraryError) -> [AgentExample] {
        var examples: [AgentExample] = []
        for (file, bytes) in fixtures.sorted(by: { $0.key < $1.key })
        where file.hasPrefix(prefix) && file.hasSuffix(exampleSuffix) {
            let name = String(file.dropFirst(prefix.count).dropLast(exampleSuffix.count))
            var example = try Self.example(name, try object(bytes, file), fixtures, file)
            let replies = prefix + name + repliesSuffix
            if let lines = fixtures[replies] { example.recording = try recording(lines, replies) }
            examples.append(example)
        }
        return examples
    }

    /// The files of an example. Equal examples give equal files.
    package static func files(_ example: AgentExample) throws(LibraryError) -> [String: [UInt8]] {
        var fields: [String: JSONValue] = ["task": .string(example.task), "label": .string(example.label)]
        if let data = example.data { fields["data"] = .string(data) }
        if !example.files.isEmpty { fields["files"] = .array(example.files.keys.sorted().map(JSONValue.string)) }
        if let returns = example.returns { fields["returns"] = returns }
        if let expects = example.expects { fields["expects"] = expects }
        var files = example.files
        let text = try encoded(JSONValue.object(fields), [.prettyPrinted])
        files[prefix + example.name + exampleSuffix] = Array((text + "\n").utf8)
        if let recording = example.recording {
            files[prefix + example.name + repliesSuffix] = Array(try lines(recording).utf8)
        }
        return files
    }

    /// What a recording says of the instructions that its replies are to.
    package static func sha256(ofInstructions text: String) throws(LibraryError) -> String {
        try SHA256.of(Array(text.utf8))
    }

    // MARK: The example

    private static func example(
        _ name: String, _ fields: JSONValue, _ fixtures: [String: [UInt8]], _ file: String
    ) throws(LibraryError) -> AgentExample {
        let known: Set = ["task", "label", "data", "files", "returns", "expects"]
        let names = (fields["files"]?.arrayValue ?? []).compactMap(\.stringValue)
        guard let task = fields["task"]?.stringValue,
            Set(fields.objectValue?.keys.map(\.self) ?? []).isSubset(of: known)
        else { throw wrong(file, "it has a task, and label, data, files, returns and expects where there are any") }
        let given = names.map { ($0, fixtures[$0]) }
        guard let missing = given.first(where: { $0.1 == nil })?.0 else {
            return AgentExample(
                name: name, label: fields["label"]?.stringValue ?? name, task: task, data: fields["data"]?.stringValue,
                files: Dictionary(given.map { ($0, $1 ?? []) }, uniquingKeysWith: { first, _ in first }),
                returns: fields["returns"].flatMap { $0 == .null ? nil : $0 },
                expects: fields["expects"].flatMap { $0 == .null ? nil : $0 })
        }
        throw wrong(file, "its file \(missing.prefix(80)) does not lie beside it")
    }

    // MARK: The recording

    private struct Head: Codable {
        var agentRecording: Int
        var model: String
        var session: String
        var instructionsSHA256: String
        var result: JSONValue
        var cells: [AgentRecording.CellEnd]
    }

    private static func lines(_ recording: AgentRecording) throws(LibraryError) -> String {
        let head = Head(
            agentRecording: form, model: recording.model, session: recording.session,
            instructionsSHA256: recording.instructionsSHA256, result: recording.result, cells: recording.cells)
        var lines = [try encoded(head)]
        for reply in recording.replies { lines.append(try encoded(reply)) }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func recording(_ bytes: [UInt8], _ file: String) throws(LibraryError) -> AgentRecording {
        let lines = bytes.split(separator: 0x0A).map(Array.init)
        guard let first = lines.first else { throw wrong(file, "it is empty") }
        let head = try decoded(Head.self, first, "\(file), line 1")
        guard head.agentRecording == form else {
            throw wrong(file, "it is of form \(head.agentRecording); this version of lathe reads form \(form)")
        }
        var replies: [AgentRecording.Reply] = []
        for (index, line) in lines.dropFirst().enumerated() {
            replies.append(try decoded(AgentRecording.Reply.self, line, "\(file), line \(index + 2)"))
        }
        return AgentRecording(
            model: head.model, session: head.session, result: head.result, cells: head.cells, replies: replies,
            instructionsSHA256: head.instructionsSHA256)
    }

    // MARK: JSON

    private static func encoded(
        _ value: some Encodable, _ more: JSONEncoder.OutputFormatting = []
    ) throws(LibraryError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = more.union([.sortedKeys, .withoutEscapingSlashes])
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw LibraryError(.refused, "the example cannot be written as JSON: \(error)")
        }
    }

    private static func decoded<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], _ place: String
    ) throws(LibraryError) -> Value {
        // The strict parser first: it refuses what the decoder would take.
        let value = try object(bytes, place)
        do {
            return try JSONDecoder().decode(type, from: Data(value.text.utf8))
        } catch {
            throw wrong(place, "it is not what it should be")
        }
    }

    private static func object(_ bytes: [UInt8], _ place: String) throws(LibraryError) -> JSONValue {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw wrong(place, "it is no JSON: \(error.reason)")
        }
        guard value.objectValue != nil else { throw wrong(place, "it is no JSON object") }
        return value
    }

    private static func wrong(_ place: String, _ reason: String) -> LibraryError {
        LibraryError(.refused, "the example in \(place) cannot be used: \(reason).")
    }
}
