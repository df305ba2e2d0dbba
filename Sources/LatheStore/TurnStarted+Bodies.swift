internal import LatheVocabulary

extension TurnStarted {
    /// The same event with the large parts that later ones repeat taken out, and those parts: the system prompt and the messages of
    /// its request. Only what an earlier request at the place does not have is in `bodies`.
    func takingOutBodies(after earlier: WrittenRequest?) throws(JournalError) -> EventText {
        let isSameSystem = earlier?.system.data == request.system
        let known = earlier?.shared(with: request) ?? 0
        let system = if isSameSystem, let earlier { earlier.system } else { try StoredBody(request.system) }
        var written = WrittenRequest(
            system: system, messages: request.messages, links: Array(earlier?.links.prefix(known) ?? []))
        var bodies = isSameSystem ? [] : [system]
        for message in request.messages.dropFirst(known) {
            let body = try StoredBody(EventBody.json(message.encode).text, after: written.links.last?.hash)
            bodies.append(body)
            written.links.append(WrittenRequest.Link(hash: body.hash, bytes: body.data.utf8.count))
        }
        var bare = self
        (bare.request.system, bare.request.messages) = ("", [])
        var value = try EventBody.json(bare.encode)
        value.refer(to: RequestBodies.Hashes(system: written.system.hash, lastMessage: written.links.last?.hash ?? ""))
        let bytes = written.links.reduce(written.system.data.utf8.count) { $0 + $1.bytes }
        return try EventText(value: value, kind: .turnStarted, bodies: bodies, bodyBytes: bytes, request: written)
    }
}

extension JSONValue {
    /// Puts the hashes of a request's texts in the place of those.
    fileprivate mutating func refer(to hashes: RequestBodies.Hashes) {
        guard var event = objectValue, var request = event["request"]?.objectValue else { return }
        (request["system"], request["messages"]) = (.string(hashes.system), .string(hashes.lastMessage))
        event["request"] = .object(request)
        self = .object(event)
    }
}
