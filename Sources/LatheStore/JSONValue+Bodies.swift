internal import LatheVocabulary

extension JSONValue {
    /// What an event refers to; nil for one that refers to nothing, and in format 1, which held all in place.
    func bodyHashes(_ kind: EventBody.Kind) -> RequestBodies.Hashes? {
        guard kind == .turnStarted, let request = self["request"], let last = request["messages"]?.stringValue,
            let system = request["system"]?.stringValue
        else { return nil }
        return RequestBodies.Hashes(system: system, lastMessage: last)
    }

    /// The event with no texts in place of those that it refers to.
    func withoutBodies(_ kind: EventBody.Kind) -> JSONValue {
        guard bodyHashes(kind) != nil, var event = objectValue, var request = event["request"]?.objectValue
        else { return self }
        (request["system"], request["messages"]) = ("", [])
        event["request"] = .object(request)
        return .object(event)
    }
}
