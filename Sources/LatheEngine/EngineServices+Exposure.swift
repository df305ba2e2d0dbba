internal import LatheVocabulary

/// What places come to know, recorded before it is given to them.
extension EngineServices {
    /// Records what is new of what a place reads now; `cell` is 0 outside of one.
    func expose(
        _ place: Place, to kinds: [Exposure.Kind], by cause: String, in cell: Int
    ) async throws(JournalError) {
        guard let tools else { return }
        let known = tools.exposure(of: place)
        let new = kinds.filter { !known.has($0) }
        guard !new.isEmpty else { return }
        let exposed = Exposed(cell: cell, kinds: new, cause: String(cause.prefix(300)))
        try await log.record(.exposed(exposed), at: place)
        tools.note(exposed, at: place)
    }

    /// The same, of what comes from `whom`, who has read so much.
    func expose(
        _ place: Place, to read: Exposure, of whom: String, in cell: Int
    ) async throws(JournalError) {
        guard let tools else { return }
        let known = tools.exposure(of: place)
        let kinds = Exposure.Kind.read.filter { read.has($0) && !known.has($0) }
        let causes = Set(kinds.compactMap { read.causes[$0] }).sorted().joined(separator: ", ")
        try await expose(place, to: kinds, by: "\(whom): \(causes)", in: cell)
    }

    /// The same of messages, wherever they were for. Of one that says nothing of its sender, what the sender has read by now
    /// counts.
    func expose(_ place: Place, to messages: [AgentMessage], in cell: Int) async throws(JournalError) {
        guard let tools else { return }
        for message in messages {
            let read = message.exposure ?? tools.exposure(of: message.from)
            try await expose(place, to: read, of: message.from.description, in: cell)
        }
    }
}
