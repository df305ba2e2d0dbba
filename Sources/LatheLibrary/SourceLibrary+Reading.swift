internal import LatheVocabulary

/// Single capabilities, on the library's queue and with the library locked.
extension SourceLibrary {
    /// What the library's journal says; nothing where there is none.
    func past() throws(LibraryError) -> LibraryPast {
        guard let journal else { return LibraryPast() }
        return try known.past.withLock { past throws(LibraryError) in
            past.add(try journal.events(after: past.sequence))
            return past
        }
    }

    /// All capabilities as the library judges them now.
    func judged() throws(LibraryError) -> [ReadCapability] {
        let past = try past()
        return try current().map { entry in
            var entry = entry
            entry.capability = past.judged(entry.capability, trust)
            if let builtIns, entry.capability.kind == .agent, builtIns.reserves(.agent, entry.capability.name) {
                entry.capability.problems.append("its name is that of an agent that comes with lathe: rename it")
            }
            return entry
        }
    }

    func entry(
        _ kind: Capability.Kind, _ name: CapabilityName, _ shelf: Capability.Shelf
    ) throws(LibraryError) -> ReadCapability? {
        try judged().first {
            $0.capability.kind == kind && $0.capability.name == name.description && $0.capability.shelf == shelf
        }
    }

    func there(
        _ kind: Capability.Kind, _ name: CapabilityName, _ shelf: Capability.Shelf
    ) throws(LibraryError) -> Capability {
        guard let found = try entry(kind, name, shelf) else { throw notFound(kind, name) }
        return found.capability
    }

    func notFound(_ kind: Capability.Kind, _ name: CapabilityName) -> LibraryError {
        LibraryError(.notFound, "The library has no \(kind.rawValue) \(name). 'lathe library list' shows all.")
    }

    /// Reads each file once; the hash is of exactly those bytes.
    func document(
        _ kind: Capability.Kind, _ name: CapabilityName, _ shelf: Capability.Shelf
    ) throws(LibraryError) -> CapabilityDocument {
        guard let folder = try folder.open(shelf, kind, .existing),
            let bytes = try folder.read(name.file, upTo: CapabilityFiles.sourceBytes)
        else { throw notFound(kind, name) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw LibraryError(.refused, "\(folder.path)/\(name.file) is not UTF-8.")
        }
        let tests = try folder.read(CapabilityFiles.testsFile(name), upTo: CapabilityFiles.testsBytes) ?? []
        var fixtures: [String: [UInt8]] = [:]
        if let fixtureFolder = try folder.enter("fixtures", .existing)?.enter(name.description, .existing) {
            for file in try fixtureFolder.names().sorted().prefix(CapabilityFiles.fixtureCount + 1) {
                fixtures[file] = try fixtureFolder.read(file, upTo: CapabilityFiles.fixtureBytes)
            }
        }
        let testsText = String(decoding: tests, as: UTF8.self)
        try CapabilityFiles.check(tests: testsText, fixtures: fixtures)
        guard var capability = try entry(kind, name, shelf)?.capability else { throw notFound(kind, name) }
        let body = CapabilityText.body(of: text)
        capability.sha256 = try SHA256.of(Array(body.utf8))
        capability.testsSHA256 = try CapabilityFiles.testsSHA256(
            name.description, tests: testsText, fixtures: fixtures)
        return CapabilityDocument(
            capability: capability, text: text, body: body, tests: testsText, fixtures: fixtures,
            shown: try CapabilityFiles.shownSHA256(
                name.description, text: text, tests: testsText, fixtures: fixtures))
    }
}
