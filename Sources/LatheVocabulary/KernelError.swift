/// Why a kernel could not be had.
package struct KernelError: Error, Sendable, Hashable {
    package enum Code: String, Sendable, Codable {
        case sandboxUnavailable, templateFailed, startFailed, copyFailed, died, protocolViolation, inputUnreadable,
            cancelled, saveFailed, examinationFailed
    }

    package var code: Code
    /// What happened and what to do, for a person.
    package var reason: String
    /// `errno` or an exit status where there is one.
    package var underlying: Int32?

    package init(_ code: Code, _ reason: String, underlying: Int32? = nil) {
        self.code = code
        self.reason = reason
        self.underlying = underlying
    }
}
