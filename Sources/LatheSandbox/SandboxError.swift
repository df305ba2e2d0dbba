/// Why a sandbox could not be had.
package struct SandboxError: Error, Sendable, Hashable {
    package enum Code: String, Sendable {
        case bubblewrapMissing, namespacesRefused, sourceMissing, sourceUnreadable, landlockMissing, system
    }

    package var code: Code
    /// What happened and what to do, for a person.
    package var reason: String
    /// `errno`, where the system refused.
    package var underlying: Int32?

    package init(_ code: Code, _ reason: String, underlying: Int32? = nil) {
        self.code = code
        self.reason = reason
        self.underlying = underlying
    }
}
