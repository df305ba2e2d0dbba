import LatheVocabulary

extension ModelReply {
    /// A reply as the engine sees it: usage estimated where the provider told none, and priced.
    init(_ received: ReceivedReply, request: ModelRequest, price: ModelPrice?, model: String) {
        let usage = received.usage ?? Usage.estimated(request, received)
        self.init(
            text: received.text,
            calls: request.codeForm == .tool ? received.calls : [],
            stop: received.stop,
            usage: usage,
            cost: price?.cost(of: usage) ?? .unknown,
            model: received.model ?? model
        )
    }
}

extension Usage {
    /// A guess of four bytes a token, marked as one.
    static func estimated(_ request: ModelRequest, _ received: ReceivedReply) -> Usage {
        let asked = request.messages.reduce(request.system.utf8.count + request.state.utf8.count) { sum, message in
            message.blocks.reduce(sum) { $0 + $1.bytes }
        }
        let replied = received.calls.reduce(received.text.utf8.count) { sum, call in
            sum + (call.code ?? call.rawArguments ?? "").utf8.count
        }
        return Usage(input: (asked + 3) / 4, output: (replied + 3) / 4, isEstimated: true)
    }
}

extension Message.Block {
    fileprivate var bytes: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .call(_, let code): code.utf8.count
        case .callResult(_, let text, _): text.utf8.count
        }
    }
}

extension Endpoint {
    /// Throws where no call can succeed for lack of a key.
    func checkKey() throws(ModelError) {
        guard needsKey, key?.isEmpty ?? true else { return }
        throw ModelError(.keyMissing, "\(title) needs a key: set \(keyVariable) in the environment.")
    }
}
