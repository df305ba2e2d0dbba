internal import LatheVocabulary

/// What code gets of messages.
extension MessageFold {
    /// An answer to `messages` with the messages whole, in place of the ids that the journal keeps.
    func expanded(_ answer: JSONValue, at place: Place) -> JSONValue {
        guard case .object(var members) = answer, let ids = members["messages"]?.arrayValue else { return answer }
        let arrivals = Dictionary(all(at: place).map { ($0.id, $0.missed) }) { first, _ in first }
        members["messages"] = .array(
            ids.compactMap { id in
                guard let id = id.stringValue, let message = messages[id] else { return nil }
                return message.forKernel(missed: arrivals[id] ?? nil)
            })
        return .object(members)
    }
}

extension AgentMessage {
    /// What code that reads it is told.
    func forKernel(missed: Place?) -> JSONValue {
        [
            "id": .string(id), "from": .string(from.description), "kind": .string(kind.rawValue),
            "topic": .string(topic), "text": .string(text), "value": value ?? .null, "important": .bool(important),
            "reply_to": replyTo.map { .string($0) } ?? .null,
            "missed_by": missed.map { .string($0.description) } ?? .null,
        ]
    }
}

extension JSONValue {
    /// An answer to `messages` with the ids of the messages alone.
    var withMessagesByID: JSONValue {
        guard case .object(var members) = self, let messages = members["messages"]?.arrayValue else { return self }
        members["messages"] = .array(messages.compactMap { $0["id"] })
        return .object(members)
    }
}
