/// Why a command line cannot be carried out; it is told on one line, with exit code 2.
package struct CommandError: Error, Sendable, Hashable {
    package enum Code: String, Sendable {
        case unknownCommand, unknownOption, missingValue, badValue, missingArgument, extraArgument, conflict
        case dataMissing, dataUnreadable, dataFormat, dataName
    }

    package var code: Code
    /// One sentence or two: what is wrong and what to write instead.
    package var reason: String
    /// `errno` where there is one.
    package var underlying: Int32?

    package init(_ code: Code, _ reason: String, underlying: Int32? = nil) {
        self.code = code
        self.reason = reason
        self.underlying = underlying
    }
}
