/// Something in sessions that may deserve saving, and what speaks for it.
package struct DistilledCandidate: Sendable, Hashable {
    /// Where it was seen.
    package struct Source: Sendable, Hashable {
        package var session: String
        /// Oldest first, at most 50.
        package var cells: [Int]
    }

    /// What of the library it is the same as, or resembles.
    package struct Likeness: Sendable, Hashable {
        /// Relative to the library's folder.
        package var path: String
        package var status: String
        /// 0.7 to 1, where 1 is the same code.
        package var likeness: Double
    }

    package var kind: Capability.Kind
    /// Empty for code that repeats without a name.
    package var name: String
    package var reason: String
    package var uses: Int
    package var sources: [Source]
    package var code: String
    /// Whether it was used more than once and the library does not have it.
    package var deserves: Bool
    package var like: Likeness?

    /// Nil where the reader's answer has another form.
    package init?(_ value: JSONValue) {
        guard let kind = value["kind"]?.stringValue.flatMap(Capability.Kind.init(rawValue:)),
            let name = value["name"]?.stringValue, let reason = value["reason"]?.stringValue,
            let uses = value["uses"]?.integerValue, let code = value["code"]?.stringValue,
            case .bool(let deserves)? = value["deserves"]
        else { return nil }
        self.kind = kind
        self.name = name
        self.reason = reason
        self.uses = uses
        self.code = code
        self.deserves = deserves
        sources = (value["sessions"]?.arrayValue ?? []).compactMap { one in
            guard let session = one["name"]?.stringValue else { return nil }
            return Source(session: session, cells: (one["cells"]?.arrayValue ?? []).compactMap(\.integerValue))
        }
        if let path = value["like"]?["path"]?.stringValue, let status = value["like"]?["status"]?.stringValue,
            let likeness = value["like"]?["likeness"]?.numberValue
        {
            like = Likeness(path: path, status: status, likeness: likeness)
        }
    }
}

/// What was found in sessions, and what was not looked at.
package struct Distillation: Sendable, Hashable {
    /// The best first.
    package var candidates: [DistilledCandidate]
    /// Candidates that there was no room for, cells that are no plain Python, and older cells that were left out.
    package var (more, unread, leftOut): (Int, Int, Int)

    package init(candidates: [DistilledCandidate], more: Int, unread: Int, leftOut: Int) {
        self.candidates = candidates
        (self.more, self.unread, self.leftOut) = (more, unread, leftOut)
    }
}
