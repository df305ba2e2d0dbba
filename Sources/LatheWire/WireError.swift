/// Why bytes are not frames, or why they could not be carried.
package struct WireError: Error, Sendable, Hashable {
    package enum Code: String, Sendable {
        case unknownKind, oversized, tooManyDescriptors, missingDescriptors, strayDescriptors, malformedHeader,
            malformedPayload, outOfTurn
        case truncated, interrupted, system
    }

    package var code: Code
    /// What happened, for a person.
    package var reason: String
    /// `errno`, where the system refused.
    package var underlying: Int32?

    package init(_ code: Code, _ reason: String, underlying: Int32? = nil) {
        self.code = code
        self.reason = reason
        self.underlying = underlying
    }
}
