internal import LatheVocabulary

/// What the kernel of a desk comes to know through host calls, recorded before the answer reaches it.
extension HostDesk {
    /// Records what is new of what the place reads now.
    func expose(to kinds: [Exposure.Kind], by cause: String) async throws(HostRefusal) {
        guard let tools = services.tools else { return }
        let known = tools.exposure(of: place)
        let new = kinds.filter { !known.has($0) }
        guard !new.isEmpty else { return }
        let exposed = Exposed(cell: cell, kinds: new, cause: String(cause.prefix(300)))
        try await journal(.exposed(exposed))
        tools.note(exposed, at: place)
    }

    /// Waits for subtasks. Whoever takes a result has read what its maker had.
    func waited(_ arguments: HostArguments, in cell: Int) async throws(HostRefusal) -> JSONValue {
        let value = try await delegation.wait(arguments, for: place, in: cell)
        guard let tools = services.tools else { return value }
        let ids = (value["outcomes"]?.arrayValue ?? [])
            .filter { $0["status"]?.stringValue != OutcomeStatus.running.rawValue }
            .compactMap { $0["id"]?.integerValue }
        for outcome in await delegation.registry.outcomes(of: ids, within: 0) {
            let read = tools.exposure(of: outcome.place)
            let kinds = [Exposure.Kind.private, .untrusted].filter { read.has($0) }
            let causes = Set(kinds.compactMap { read.causes[$0] }).sorted().joined(separator: ", ")
            try await expose(to: kinds, by: "\(outcome.label): \(causes)")
        }
        return value
    }
}
