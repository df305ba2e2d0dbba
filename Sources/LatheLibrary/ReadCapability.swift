internal import LatheVocabulary

/// A capability as the reader found it, with the hash of the very bytes that it read.
struct ReadCapability: Sendable, Hashable {
    var capability: Capability
    /// Of the whole file, its block included.
    var fileSHA256: String
    var docstring: String
    /// Of an agent: the role of the model that plays it, nil for the default, and the schema of its results, nil for a text.
    var modelRole: String?
    var returns: JSONValue?

    /// What a search looks at.
    var searched: SearchedDocument { SearchedDocument(capability, docstring: docstring) }

    /// What its session ran with; nil where its block says nothing of it.
    private static func origin(_ entry: JSONValue) -> CapabilityOrigin? {
        let origin = CapabilityOrigin(
            promptSHA256: entry["prompt_sha256"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 },
            data: (entry["data"]?.arrayValue ?? []).compactMap(DataFingerprint.init))
        return origin.isEmpty ? nil : origin
    }

    /// Nil where the reader's answer has another form.
    init?(_ entry: JSONValue) {
        func text(_ key: String) -> String { entry[key]?.stringValue ?? "" }
        guard let kind = Capability.Kind(rawValue: text("kind")), !text("name").isEmpty else { return nil }
        var problems = (entry["problems"]?.arrayValue ?? []).compactMap(\.stringValue)
        let status = Capability.Status(rawValue: text("status"))
        if status == nil, problems.isEmpty { problems.append("its block says an unknown status") }
        capability = Capability(
            kind: kind, name: text("name"), path: text("path"), signature: text("signature"), summary: text("summary"),
            status: status ?? .proposed, version: entry["version"]?.integerValue ?? 1, created: text("created"),
            session: text("session"), model: text("model"), sha256: text("sha256"),
            testsSHA256: entry["tests_sha256"]?.stringValue,
            cells: (entry["cells"]?.arrayValue ?? []).compactMap(\.integerValue), purpose: text("purpose"),
            writer: text("writer"), origin: Self.origin(entry),
            profile: entry["profile"].flatMap(AgentProfile.init).flatMap { $0.isDefault ? nil : $0 },
            problems: problems)
        modelRole = entry["profile"]?["model"]?.stringValue
        returns = entry["profile"]?["returns"].flatMap { $0 == .null ? nil : $0 }
        fileSHA256 = text("file_sha256")
        docstring = text("docstring")
    }
}
