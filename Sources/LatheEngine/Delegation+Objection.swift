internal import LatheVocabulary

/// What a model that answers is told of subtasks that failed.
extension Delegation {
    /// Nil where nothing is missing at `place`, of the subtasks after one number or of all. Their reasons may be words of what they had
    /// read, so whoever is told has read that too; nothing is told where that cannot be written.
    func objection(at place: Place, after id: Int? = nil) async -> String? {
        let said: String?
        let ended: [SubtaskOutcome]
        if let id {
            (said, ended) = (await registry.objection(after: id, at: place), await registry.finished(after: id))
        } else {
            (said, ended) = (await registry.objection(at: place), await registry.finished(of: place))
        }
        guard let said, let tools = services.tools else { return said }
        for one in ended.missing {
            let read = tools.exposure(of: one.place)
            guard (try? await services.expose(place, to: read, of: one.label, in: 0)) != nil else { return nil }
        }
        return said
    }
}
