internal import LatheVocabulary

/// The commands of the Python reader, with their answers as values. Blocks; not for Swift's cooperative threads.
struct LibraryReader: Sendable {
    let process: ReaderProcess

    func index(_ folder: String) throws(LibraryError) -> [ReadCapability] {
        try entries(try answer(["index", folder]))
    }

    /// Of both shelves where none is named: the approved one, if there is one.
    func read(
        _ folder: String, _ kind: Capability.Kind, _ name: CapabilityName, _ shelf: Capability.Shelf?
    ) throws(LibraryError) -> JSONValue {
        try answer(["read", folder, kind.rawValue, name.description] + (shelf.map { [$0.rawValue] } ?? []))
    }

    /// Throws `.refused` with what is wrong with the source and how to mend it.
    func inspect(_ proposal: CapabilityProposal) throws(LibraryError) {
        _ = try answer(["inspect", proposal.kind.rawValue, proposal.name], input: proposal.source)
    }

    /// What reading finds in a proposal, which is not run, and what of the library in `folder` it resembles.
    ///
    /// `kept` is a file for what is derived of the library's sources; nil keeps nothing.
    func examine(
        _ proposal: CapabilityProposal, in folder: String, kept: String? = nil
    ) throws(LibraryError) -> AdmissionReport {
        let examples = proposal.fixtures.filter { ExampleFiles.isPart($0.key) }
        let request: JSONValue = [
            "source": .string(proposal.source), "tests": .string(proposal.tests),
            "kind": .string(proposal.kind.rawValue), "name": .string(proposal.name),
            "examples": .object(examples.mapValues { .string(String(decoding: $0, as: UTF8.self)) }),
            "fixtures": .array(proposal.fixtures.keys.sorted().map(JSONValue.string)),
        ]
        let arguments = ["examine", folder] + (kept.map { [$0] } ?? [])
        return try AdmissionReport(reading: try answer(arguments, input: request.text))
    }

    /// For each run that an agent's proposal brings, why it is no example of it, empty where it can be one; and whether it was
    /// asked for another result than the agent's own.
    func screened(_ proposal: CapabilityProposal) throws(LibraryError) -> [(reason: String, asksOther: Bool)] {
        let runs = proposal.examples.map { example -> JSONValue in
            let replies = example.recording?.replies ?? []
            return [
                "instructions": .string(example.instructions), "returns": example.returns ?? .null,
                "task": .string(example.task), "data": example.data.map(JSONValue.string) ?? .null,
                "files": .object(example.files.mapValues { .string(String(decoding: $0, as: UTF8.self)) }),
                "result": example.recording?.result ?? .null,
                "texts": .array(replies.map { .string($0.reply.text) }),
                "codes": .array(replies.flatMap { $0.reply.calls.compactMap(\.code) }.map(JSONValue.string)),
            ]
        }
        let request: JSONValue = [
            "source": .string(proposal.source), "name": .string(proposal.name), "runs": .array(runs),
        ]
        let told = try answer(["screen"], input: request.text)["runs"]?.arrayValue ?? []
        guard told.count == runs.count else { throw unexpected() }
        return told.map { ($0["reason"]?.stringValue ?? "", $0["asks_other"]?.boolValue ?? true) }
    }

    /// The proposal with its source and its tests formatted, and what has a safe fix mended.
    func tidied(_ proposal: CapabilityProposal) throws(LibraryError) -> CapabilityProposal {
        let request: JSONValue = ["source": .string(proposal.source), "tests": .string(proposal.tests)]
        let answer = try answer(["tidy"], input: request.text)
        guard let source = answer["source"]?.stringValue, let tests = answer["tests"]?.stringValue else {
            throw unexpected()
        }
        var tidied = proposal
        (tidied.source, tidied.tests) = (source, tests)
        return tidied
    }

    /// What sessions did that deserves saving, beside what the library in `folder` has.
    func distilled(_ sessions: JSONValue, in folder: String) throws(LibraryError) -> JSONValue {
        let answer = try answer(["distil", folder], input: sessions.text)
        guard answer["candidates"]?.arrayValue != nil else { throw unexpected() }
        return answer
    }

    /// What a source says, read from its syntax tree.
    func facts(_ body: String, _ kind: Capability.Kind, _ name: String) throws(LibraryError) -> JSONValue {
        try answer(["facts", kind.rawValue, name], input: body)
    }

    /// The whole text of the file: the metadata block, then the source.
    func compose(_ fields: CapabilityBlock, source: String) throws(LibraryError) -> String {
        guard let text = try answer(["compose"], input: fields.request(source).text)["text"]?.stringValue else {
            throw unexpected()
        }
        return text
    }

    /// The text with these fields of its block changed, and every other line as it is; `.null` takes one out.
    func restate(_ text: String, _ fields: [String: JSONValue]) throws(LibraryError) -> String {
        let request: JSONValue = ["text": .string(text), "fields": .object(fields)]
        guard let text = try answer(["restate"], input: request.text)["text"]?.stringValue else { throw unexpected() }
        return text
    }

    private func answer(_ arguments: [String], input: String = "") throws(LibraryError) -> JSONValue {
        let result = try process.run(arguments, input: input)
        guard result.code == 0 || result.code == 1 else {
            let last = result.complaint.split(separator: "\n").last.map(String.init) ?? "no reason given"
            throw LibraryError(
                .readerFailed,
                "The library's reader failed (\(last.prefix(200))). Check \(process.python) with 'lathe doctor'.")
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: result.output)
        } catch {
            // A traceback ends with code 1 too; it says more than the missing answer.
            let last = result.complaint.split(separator: "\n").last.map(String.init) ?? error.reason
            throw LibraryError(.readerFailed, "The library's reader gave no answer (\(last.prefix(200))).")
        }
        guard result.code == 0 else {
            guard let refusal = value["refusal"]?.stringValue else { throw unexpected() }
            throw LibraryError(.refused, refusal)
        }
        return value
    }

    private func entries(_ value: JSONValue) throws(LibraryError) -> [ReadCapability] {
        guard let items = value.arrayValue else { throw unexpected() }
        var entries: [ReadCapability] = []
        for item in items {
            guard let entry = ReadCapability(item) else { throw unexpected() }
            entries.append(entry)
        }
        return entries
    }

    private func unexpected() -> LibraryError {
        LibraryError(.readerFailed, "The library's reader gave an answer of another form. Install Lathe again.")
    }
}
