package import LatheVocabulary

/// What people look at before they decide.
extension SourceLibrary {
    /// All of a capability that is on a shelf, beside what was approved of it.
    package func item(
        _ kind: Capability.Kind, named name: String, _ shelf: Capability.Shelf
    ) async throws(LibraryError) -> ReviewItem {
        let name = try CapabilityName(name)
        return try await onQueue { () throws(LibraryError) in
            try self.folder.reading { () throws(LibraryError) in try self.item(kind, name, shelf) }
        }
    }

    /// What was approved before this: by the library's journal, else the approved file beside a proposal. Nil for none.
    package func approvedBefore(_ capability: Capability) async throws(LibraryError) -> ReviewItem.Approved? {
        let name = try CapabilityName(capability.name)
        return try await onQueue { () throws(LibraryError) in
            try self.folder.reading { () throws(LibraryError) in try self.approved(before: capability, name) }
        }
    }

    /// Where its source lies.
    package func path(of capability: Capability) -> String { "\(folder.path)/\(capability.path)" }

    // MARK: On the queue

    private func item(
        _ kind: Capability.Kind, _ name: CapabilityName, _ shelf: Capability.Shelf
    ) throws(LibraryError) -> ReviewItem {
        let found = try document(kind, name, shelf)
        var item = ReviewItem(
            capability: found.capability, body: found.body, tests: found.tests,
            fixtures: found.fixtures.mapValues(\.count), shown: found.shown,
            approved: try approved(before: found.capability, name))
        // What is no example is told by the reader, and does not keep a person from looking.
        if kind == .agent { item.examples = (try? ExampleFiles.examples(found.fixtures)) ?? [] }
        guard shelf == .proposed else { return item }
        if try entry(kind, name, .approved) != nil { item.approvedTests = try document(kind, name, .approved).tests }
        let past = try past()
        let key = LibraryPast.Key(kind: kind, name: name.description)
        let before = past.proposals[key]
        item.report = before?.report
        item.isEdited = before.map { !$0.isOf(found.capability) } ?? true
        item.note = found.capability.status == .changesAsked ? past.notes[key] : nil
        (item.editor, item.since) = (before?.editor, before?.since)
        return item
    }

    private func approved(
        before capability: Capability, _ name: CapabilityName
    ) throws(LibraryError) -> ReviewItem.Approved? {
        let pin = try past().pins[LibraryPast.Key(kind: capability.kind, name: capability.name)]
        if let pin, let body = try journal?.source(pin.sha256) {
            return ReviewItem.Approved(version: pin.version, body: body)
        }
        guard capability.shelf == .proposed, try entry(capability.kind, name, .approved) != nil else { return nil }
        let found = try document(capability.kind, name, .approved)
        return ReviewItem.Approved(version: found.capability.version, body: found.body)
    }
}
