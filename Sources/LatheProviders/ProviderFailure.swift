import LatheVocabulary

/// Why one attempt at a model call failed, and whether another may succeed.
struct ProviderFailure: Error, Sendable, Hashable {
    var code: ModelError.Code
    /// One sentence for a person.
    var reason: String
    var isTransient: Bool
    /// What the server asked to wait, in seconds.
    var retryAfter: Double?
    /// Whether the attempt got as far as a reply, so that it may be charged.
    var mayHaveCost: Bool

    /// A failure after which another attempt is in order: overload, a cut stream, garbage.
    init(_ code: ModelError.Code, _ reason: String, retryAfter: Double? = nil) {
        self.code = code
        self.reason = reason
        self.isTransient = true
        self.retryAfter = retryAfter
        mayHaveCost = code == .cutStream
    }

    /// A failure that another attempt would only repeat.
    static func lasting(_ code: ModelError.Code, _ reason: String) -> ProviderFailure {
        var failure = ProviderFailure(code, reason)
        failure.isTransient = false
        return failure
    }
}
