/// Why something with a tool or its server could not be done.
package struct ToolError: Error, Sendable, Hashable {
    package enum Code: String, Sendable, Codable, CaseIterable {
        /// The configuration cannot be read, or says what cannot be.
        case configuration
        /// Nobody allowed the server to be started here.
        case notAllowed = "not_allowed"
        /// The server or the tool is not what was allowed.
        case changed
        /// The tool host itself.
        case host
        case notDefined = "not_defined"
        case notFound = "not_found"
        case cannotStart = "cannot_start"
        case ended, flooded, invalid, timeout, refused, unauthorized, unreachable, resting
        case unknownTool = "unknown_tool"
        case badArguments = "bad_arguments"
        case badResult = "bad_result"
        case badRequest = "bad_request"
        case cancelled, failed

        /// Whether the arguments may have left lathe: what fails later than that has been called, for all that anybody knows.
        package var mayHaveBeenSent: Bool {
            switch self {
            case .configuration, .notAllowed, .changed, .notDefined, .notFound, .cannotStart, .resting, .unknownTool,
                .badArguments, .badRequest:
                false
            case .host, .ended, .flooded, .invalid, .timeout, .refused, .unauthorized, .unreachable, .badResult,
                .cancelled, .failed:
                true
            }
        }

        /// Whether nothing was sent, or nothing came back: then the reason has no word of the server.
        package var isWithoutServersWords: Bool {
            switch self {
            case .configuration, .notAllowed, .changed, .notDefined, .notFound, .timeout, .resting, .unknownTool,
                .badArguments, .badRequest, .cancelled, .unreachable, .host:
                true
            case .cannotStart, .ended, .flooded, .invalid, .refused, .unauthorized, .badResult, .failed: false
            }
        }
    }

    package var code: Code
    /// Empty where it is about no single server.
    package var server: String
    package var reason: String
    /// What to do; empty where nothing is known to help.
    package var mend: String

    package init(_ code: Code, server: String = "", _ reason: String, mend: String = "") {
        self.code = code
        self.server = server
        self.reason = reason
        self.mend = mend
    }

    /// One line for a person.
    package var line: String {
        let about = server.isEmpty ? reason : "\(server): \(reason)"
        return mend.isEmpty ? about : "\(about) → \(mend)"
    }

    package var json: JSONValue {
        [
            "code": .string(code.rawValue), "server": .string(server), "reason": .string(reason),
            "mend": .string(mend),
        ]
    }
}
