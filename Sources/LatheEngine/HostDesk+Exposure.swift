internal import LatheVocabulary

/// What the kernel of a desk comes to know through host calls, recorded before the answer reaches it.
extension HostDesk {
    /// Records what is new of what the place reads now.
    func expose(to kinds: [Exposure.Kind], by cause: String) async throws(HostRefusal) {
        do throws(JournalError) {
            try await services.expose(place, to: kinds, by: cause, in: cell)
        } catch {
            throw HostRefusal(unwritten: error)
        }
    }

    /// The same of what comes from another place: whoever takes it has read what that had.
    func expose(to source: Place, called name: String) async throws(HostRefusal) {
        guard let tools = services.tools else { return }
        try await expose(to: tools.exposure(of: source), called: name)
    }

    private func expose(to read: Exposure, called name: String) async throws(HostRefusal) {
        do throws(JournalError) {
            try await services.expose(place, to: read, of: name, in: cell)
        } catch {
            throw HostRefusal(unwritten: error)
        }
    }

    /// The same of subtasks and calls of which the kernel is told so much: what they had read, and what their servers say
    /// meanwhile.
    func expose(toWork ids: [Int], _ telling: SubtaskRegistry.Telling) async throws(HostRefusal) {
        guard let tools = services.tools else { return }
        for source in await delegation.registry.sources(of: ids, telling, to: place) {
            var read = tools.exposure(of: source.place)
            if let reads = source.reads { read.merge(reads) }
            try await expose(to: read, called: source.label)
        }
    }

    /// Waits for subtasks. Whoever takes a result has read what its maker had.
    func waited(_ arguments: HostArguments, in cell: Int) async throws(HostRefusal) -> JSONValue {
        let value = try await delegation.wait(arguments, for: place, in: cell)
        let ids = (value["outcomes"]?.arrayValue ?? []).compactMap { $0["id"]?.integerValue }
        try await expose(toWork: ids, .outcomes)
        return value
    }
}

extension HostRefusal {
    /// Since the journal cannot be written.
    init(unwritten error: JournalError) {
        self.init("not_allowed", "the journal cannot be written: \(error.reason)")
    }

    init(unread error: JournalError) {
        self.init("not_allowed", "the journal cannot be read: \(error.reason)")
    }
}
