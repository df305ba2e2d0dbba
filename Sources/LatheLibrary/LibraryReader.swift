internal import LatheVocabulary

/// The commands of the Python reader, with their answers as values. Blocks; not for Swift's cooperative threads.
struct LibraryReader: Sendable {
    let process: ReaderProcess

    func index(_ folder: String) throws(LibraryError) -> [Capability] {
        try entries(try answer(["index", folder]))
    }

    /// The entries that fit best, best first.
    func search(_ folder: String, words: String, limit: Int) throws(LibraryError) -> [Capability] {
        try entries(try answer(["search", folder, String(limit)], input: words))
    }

    func read(_ folder: String, _ kind: Capability.Kind, _ name: CapabilityName) throws(LibraryError) -> JSONValue {
        try answer(["read", folder, kind.rawValue, name.description])
    }

    /// Throws `.refused` with what is wrong with the source and how to mend it.
    func inspect(_ proposal: CapabilityProposal) throws(LibraryError) {
        _ = try answer(["inspect", proposal.kind.rawValue, proposal.name], input: proposal.source)
    }

    /// The whole text of the file: the metadata block, then the source.
    func compose(_ proposal: CapabilityProposal, created: String) throws(LibraryError) -> String {
        let request: JSONValue = [
            "source": .string(proposal.source), "kind": .string(proposal.kind.rawValue),
            "name": .string(proposal.name), "status": "proposed", "created": .string(created),
            "session": .string(proposal.session), "model": .string(proposal.model),
        ]
        guard let text = try answer(["compose"], input: request.text)["text"]?.stringValue else { throw unexpected() }
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

    private func entries(_ value: JSONValue) throws(LibraryError) -> [Capability] {
        guard let items = value.arrayValue else { throw unexpected() }
        var entries: [Capability] = []
        for item in items { entries.append(try capability(item)) }
        return entries
    }

    private func capability(_ entry: JSONValue) throws(LibraryError) -> Capability {
        func text(_ key: String) -> String { entry[key]?.stringValue ?? "" }
        guard let kind = Capability.Kind(rawValue: text("kind")), !text("name").isEmpty else { throw unexpected() }
        var problems = (entry["problems"]?.arrayValue ?? []).compactMap(\.stringValue)
        let status = Capability.Status(rawValue: text("status"))
        if status == nil, problems.isEmpty { problems.append("its block says an unknown status") }
        return Capability(
            kind: kind, name: text("name"), path: text("path"), signature: text("signature"), summary: text("summary"),
            status: status ?? .proposed, created: text("created"), session: text("session"), model: text("model"),
            sha256: text("sha256"), problems: problems)
    }

    private func unexpected() -> LibraryError {
        LibraryError(.readerFailed, "The library's reader gave an answer of another form. Install Lathe again.")
    }
}
