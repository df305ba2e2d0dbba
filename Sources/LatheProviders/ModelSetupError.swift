/// Why a model could not be chosen, configured, installed or started.
package struct ModelSetupError: Error, Sendable {
    package enum Code: String, Sendable {
        /// A name or a setting that was written wrongly: a mistake of usage.
        case badName, badConfiguration
        /// Nothing is configured, no local server answers and no embedded model is installed.
        case noModel
        /// A key is not in the environment, or what is there cannot be one.
        case noKey
        case notInstalled
        /// The weights could not be fetched, or are not the ones they should be.
        case download, mismatch, diskFull
        case serverFailed
        case badRecording
        case cancelled
    }

    package var code: Code
    /// For a person: what happened and what to do.
    package var reason: String
    package var underlying: (any Error)?

    package init(_ code: Code, _ reason: String, underlying: (any Error)? = nil) {
        self.code = code
        self.reason = reason
        self.underlying = underlying
    }
}
