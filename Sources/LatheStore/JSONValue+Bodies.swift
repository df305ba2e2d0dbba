internal import LatheVocabulary

extension JSONValue {
    /// The same event with the large parts that later ones repeat taken out, and those parts: the system prompt and the messages of
    /// a request.
    func takingOutBodies(_ kind: EventBody.Kind) throws(JournalError) -> (value: JSONValue, bodies: [StoredBody]) {
        guard kind == .turnStarted, var event = objectValue, var request = event["request"]?.objectValue,
            let system = request["system"]?.stringValue, let messages = request["messages"]?.arrayValue
        else { return (self, []) }
        var bodies = [try StoredBody(system)]
        request["system"] = .string(bodies[0].hash)
        var last: String?
        for message in messages {
            let body = try StoredBody(message.text, after: last)
            bodies.append(body)
            last = body.hash
        }
        request["messages"] = .string(last ?? "")
        event["request"] = .object(request)
        return (.object(event), bodies)
    }

    /// The hashes that an event refers to: of its system prompt and of its last message, which is empty where there is none. Nil in
    /// format 1, which held all in place.
    func bodyHashes(_ kind: EventBody.Kind) -> (system: String?, lastMessage: String?) {
        guard kind == .turnStarted, let request = self["request"], request["messages"]?.stringValue != nil else {
            return (nil, nil)
        }
        return (request["system"]?.stringValue, request["messages"]?.stringValue)
    }

    /// The event as it was before `takingOutBodies`.
    func puttingBack(_ bodies: [String: StoredBody], _ kind: EventBody.Kind) throws(JournalError) -> JSONValue {
        guard case (let system?, let lastMessage?) = bodyHashes(kind), var event = objectValue,
            var request = event["request"]?.objectValue
        else { return self }
        request["system"] = .string(try Self.body(system, bodies).data)
        var messages: [JSONValue] = []
        var next = lastMessage.isEmpty ? nil : lastMessage
        while let hash = next {
            let body = try Self.body(hash, bodies)
            do throws(JSONError) {
                messages.append(try JSONValue(parsing: body.data, limits: EventBody.limits))
            } catch {
                throw JournalError(.corrupt, "The body \(hash) of the journal cannot be read: \(error.reason)")
            }
            next = body.previous
        }
        request["messages"] = .array(messages.reversed())
        event["request"] = .object(request)
        return .object(event)
    }

    /// The event with no texts in place of those that it refers to.
    func withoutBodies(_ kind: EventBody.Kind) -> JSONValue {
        guard bodyHashes(kind).system != nil, var event = objectValue, var request = event["request"]?.objectValue
        else { return self }
        (request["system"], request["messages"]) = ("", [])
        event["request"] = .object(request)
        return .object(event)
    }

    private static func body(_ hash: String, _ bodies: [String: StoredBody]) throws(JournalError) -> StoredBody {
        guard let body = bodies[hash] else {
            throw JournalError(.corrupt, "The journal refers to the body \(hash.prefix(80)), which it does not have.")
        }
        return body
    }
}
