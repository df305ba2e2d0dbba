internal import LatheVocabulary

extension EngineServices {
    func modelForHostCall(_ role: String?) async throws(HostRefusal) -> any LanguageModel {
        do throws(ModelError) {
            return try await model(role)
        } catch {
            throw HostRefusal("model_failed", error.reason)
        }
    }
}

extension HostAnswered {
    init(_ called: HostCalled, _ reply: HostReply) {
        switch reply.outcome {
        case .value(let value):
            // The text is in the journal already, where the cell's result is.
            var kept: JSONValue = called.name == "output" ? ["bytes": .integer(value.text.utf8.count)] : value
            // So are messages, where they were sent.
            if called.name == "messages" { kept = value.withMessagesByID }
            self.init(call: called.call, name: called.name, value: kept)
        case .error(let code, let reason):
            self.init(call: called.call, name: called.name, code: code, reason: reason)
        }
    }
}
