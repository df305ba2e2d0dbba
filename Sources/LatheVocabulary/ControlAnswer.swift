/// Why nothing was done.
package struct ControlRefusal: Error, Sendable, Hashable {
    package var code: String
    package var reason: String

    package init(_ code: String, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// What is answered to a request: a sentence, what a cell came to, or why nothing was done.
package enum ControlAnswer: Sendable, Hashable {
    case done(String)
    case ran(String, CellStatus)
    case refused(ControlRefusal)

    package var line: String {
        switch self {
        case .done(let said): JSONValue.object(["done": .string(said)]).text
        case .ran(let said, let status):
            JSONValue.object(["done": .string(said), "cell": .string(status.rawValue)]).text
        case .refused(let refusal):
            JSONValue.object(["refused": .string(refusal.code), "reason": .string(refusal.reason)]).text
        }
    }

    /// Nil for what is no answer.
    package init?(line: [UInt8]) {
        guard let value = try? JSONValue(parsing: line, limits: JSONLimits(bytes: ControlRequest.longestLine, depth: 8))
        else { return nil }
        if let said = value["done"]?.stringValue {
            guard let ended = value["cell"]?.stringValue else {
                self = .done(said)
                return
            }
            guard let status = CellStatus(rawValue: ended) else { return nil }
            self = .ran(said, status)
        } else if let code = value["refused"]?.stringValue, let reason = value["reason"]?.stringValue {
            self = .refused(ControlRefusal(code, reason))
        } else {
            return nil
        }
    }
}
