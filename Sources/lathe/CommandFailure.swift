/// Why a command cannot go on: one line for the user, and the exit code.
struct CommandFailure: Error, Sendable, Hashable {
    var reason: String
    var exitCode: Int32
    /// Another lathe has just made a session of the name that was chosen here.
    var isNameTaken = false

    init(_ reason: String, exitCode: Int32 = 1) {
        self.reason = reason
        self.exitCode = exitCode
    }
}
