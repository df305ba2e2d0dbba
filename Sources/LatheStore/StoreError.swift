package import LatheVocabulary

/// Why a session could not be made, opened, read or deleted.
package struct StoreError: Error, Sendable, Hashable {
    package enum Code: String, Sendable, Codable {
        case invalidName, notFound, alreadyExists, unsafeFolder
        case locked, diskFull, readOnly, corrupt, newerFormat, failed
    }

    package var code: Code
    /// What happened and what to do, for a person.
    package var reason: String
    /// The journal's error where it was one.
    package var underlying: JournalError?

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    init(_ error: JournalError) {
        code =
            switch error.code {
            case .locked: .locked
            case .diskFull: .diskFull
            case .readOnly: .readOnly
            case .corrupt: .corrupt
            case .newerFormat: .newerFormat
            case .misuse, .failed: .failed
            }
        reason = error.reason
        underlying = error
    }
}
