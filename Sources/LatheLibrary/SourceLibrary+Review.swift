package import LatheVocabulary

/// What people do with capabilities. Each decision is in the library's journal before a file changes.
extension SourceLibrary {
    /// The capability as it is after the decision; for a rejected one, as it was.
    ///
    /// `shown` is the beginning of the hash of what the person looked at (`CapabilityDocument.shown`): where something else lies
    /// there by now, it is refused and nothing changes. Nil decides about whatever lies there when it is begun.
    package func decide(
        _ decision: CapabilityDecision, _ kind: Capability.Kind, named name: String, by reviewer: String,
        shown: String? = nil
    ) async throws(LibraryError) -> Capability {
        let name = try CapabilityName(name)
        var admission: Admission?
        if case .approve = decision { admission = try await admitAgain(kind, name, shown: shown) }
        let admitted = admission
        return try await onQueue { () throws(LibraryError) in
            try self.folder.writing { () throws(LibraryError) in
                switch decision {
                case .approve: try self.approve(kind, name, admitted, by: reviewer)
                case .reject(let reason): try self.reject(kind, name, reason, shown, by: reviewer)
                case .askForChanges(let note): try self.askForChanges(kind, name, note, shown, by: reviewer)
                case .deprecate(let reason): try self.deprecate(kind, name, reason, by: reviewer)
                }
            }
        }
    }

    /// Everything on disk of one capability, read without running it.
    package func document(
        _ kind: Capability.Kind, named name: String, _ shelf: Capability.Shelf
    ) async throws(LibraryError) -> CapabilityDocument {
        let name = try CapabilityName(name)
        return try await onQueue { () throws(LibraryError) in
            try self.folder.reading { () throws(LibraryError) in try self.document(kind, name, shelf) }
        }
    }

    /// What happened to a capability, oldest first; to all where none is named.
    package func history(
        of kind: Capability.Kind? = nil, named name: String? = nil
    ) async throws(LibraryError) -> [LibraryEvent] {
        try await onQueue { () throws(LibraryError) in try self.journal?.events(after: 0) ?? [] }.filter {
            (kind == nil || $0.kind == kind) && (name == nil || $0.name == name)
        }
    }

    /// What was found out about a proposal that waits when it was saved, by the library's journal; nil where that is not known.
    package func report(on capability: Capability) async throws(LibraryError) -> AdmissionReport? {
        try await onQueue { () throws(LibraryError) in
            try self.past().proposals[LibraryPast.Key(kind: capability.kind, name: capability.name)]?.report
        }
    }

    /// A source that the library's journal kept, by its hash.
    package func keptSource(_ sha256: String) async throws(LibraryError) -> String? {
        try await onQueue { () throws(LibraryError) in try self.journal?.source(sha256) }
    }

    // MARK: On the queue

    private func approve(
        _ kind: Capability.Kind, _ name: CapabilityName, _ admission: Admission?, by reviewer: String
    ) throws(LibraryError) -> Capability {
        let shelf = try shelfToApprove(kind, name)
        let found = try document(kind, name, shelf)
        // What was looked at is what is written: nothing may have come in its place meanwhile.
        try require(admission?.shown, found)
        let earlier = shelf == .proposed ? try earlierTests(of: kind, name)?.sha256 : nil
        guard earlier == admission?.earlierSHA256 else {
            throw LibraryError(
                .refused, "The approved \(name) changed while its next version was looked at. Approve it once more.")
        }
        try reader.inspect(found.proposal)
        let before = try entry(kind, name, .approved)?.capability
        if try entry(kind.other, name, .approved) != nil {
            throw LibraryError(.nameTaken, "There is an approved \(kind.other.rawValue) \(name): reject or rename one.")
        }
        var capability = found.capability
        let pinned = try past().pins[LibraryPast.Key(kind: kind, name: name.description)]
        let known = max(before?.version ?? 0, pinned?.version ?? 0)
        let isSame = shelf == .approved && pinned?.sha256 == capability.sha256
        capability.version = isSame ? capability.version : shelf == .approved && known == 0 ? 1 : known + 1
        let tests = try CapabilityFiles.testsSHA256(
            name.description, tests: found.tests, fixtures: found.fixtures)
        let text = try reader.restate(
            found.text,
            [
                "status": "approved", "version": .integer(capability.version), "sha256": .string(capability.sha256),
                "tests_sha256": tests.map { .string($0) } ?? .null,
            ])
        capability.testsSHA256 = tests
        try journal?.record(
            LibraryEvent(.approved, capability, reviewer: reviewer, report: admission?.report), source: found.body)
        let files = CapabilityFiles(name: name, text: text, tests: found.tests, fixtures: found.fixtures)
        try opened(.approved, kind).place(files)
        if shelf == .proposed { try opened(.proposed, kind).takeAway(name) }
        return try there(kind, name, .approved)
    }

    private func reject(
        _ kind: Capability.Kind, _ name: CapabilityName, _ reason: String, _ shown: String?, by reviewer: String
    ) throws(LibraryError) -> Capability {
        let found = try waiting(kind, name)
        try require(shown, found)
        try journal?.record(
            LibraryEvent(.rejected, found.capability, reviewer: reviewer, reason: reason), source: found.body)
        try opened(.proposed, kind).takeAway(name)
        return found.capability
    }

    private func askForChanges(
        _ kind: Capability.Kind, _ name: CapabilityName, _ note: String, _ shown: String?, by reviewer: String
    ) throws(LibraryError) -> Capability {
        let found = try waiting(kind, name)
        try require(shown, found)
        try journal?.record(
            LibraryEvent(.changesAsked, found.capability, reviewer: reviewer, reason: note), source: found.body)
        try restate(found, name, "changes_asked")
        return try there(kind, name, .proposed)
    }

    private func deprecate(
        _ kind: Capability.Kind, _ name: CapabilityName, _ reason: String?, by reviewer: String
    ) throws(LibraryError) -> Capability {
        let capability = try there(kind, name, .approved)
        guard capability.status == .approved else {
            let why = capability.problems.first.map { ": \($0)" } ?? ""
            throw LibraryError(
                .refused, "\(name) is \(capability.status.rawValue)\(why). Only what is approved can be deprecated.")
        }
        let found = try document(kind, name, .approved)
        try journal?.record(
            LibraryEvent(.deprecated, capability, reviewer: reviewer, reason: reason), source: found.body)
        try restate(found, name, "deprecated")
        return try there(kind, name, .approved)
    }

    func waiting(_ kind: Capability.Kind, _ name: CapabilityName) throws(LibraryError) -> CapabilityDocument {
        guard try entry(kind, name, .proposed) != nil else {
            throw LibraryError(
                .notFound, "No \(kind.rawValue) \(name) waits for review. 'lathe library list' shows what does.")
        }
        return try document(kind, name, .proposed)
    }

    func restate(
        _ found: CapabilityDocument, _ name: CapabilityName, _ status: JSONValue
    ) throws(LibraryError) {
        let text = try reader.restate(found.text, ["status": status])
        let files = CapabilityFiles(name: name, text: text, tests: found.tests, fixtures: found.fixtures)
        try opened(found.capability.shelf, found.capability.kind).place(files)
    }

    func opened(_ shelf: Capability.Shelf, _ kind: Capability.Kind) throws(LibraryError) -> OpenFolder {
        guard let opened = try folder.open(shelf, kind, .made) else {
            throw LibraryError(.unreadable, "The folder \(folder.path) went away while it was written to.")
        }
        return opened
    }
}
