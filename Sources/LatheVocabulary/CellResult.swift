package enum CellStatus: String, Sendable, Hashable, Codable { case ok, error, interrupted, died }

/// What became of a cell.
package struct CellResult: Sendable, Hashable, Codable {
    package struct Value: Sendable, Hashable, Codable {
        package var type: String
        package var text: CapturedText
        /// The variable that holds the value, such as `_3`.
        package var name: String
        /// The value itself, where it is one finite number.
        package var number: Double?

        package init(type: String, text: CapturedText, name: String, number: Double? = nil) {
            self.type = type
            self.text = text
            self.name = name
            self.number = number
        }
    }

    package struct Failure: Sendable, Hashable, Codable {
        package var type: String
        package var message: String
        package var traceback: String

        package init(type: String, message: String, traceback: String) {
            self.type = type
            self.message = message
            self.traceback = traceback
        }
    }

    package var number: Int
    package var status: CellStatus
    package var seconds: Double
    package var stdout: CapturedText
    package var stderr: CapturedText
    package var value: Value?
    /// The exception; for `.died`, type `KernelDied` and a message naming the cause.
    package var failure: Failure?
    package var artifacts: [Artifact]
    package var variables: VariableListing
    /// What became of calls of capabilities that ended in it; nil where there were none.
    package var used: [CapabilityUse]?
    /// Calls of the session's own functions that it made; nil where none are told.
    package var calls: CellCalls?

    package init(
        number: Int,
        status: CellStatus,
        seconds: Double,
        stdout: CapturedText = CapturedText(),
        stderr: CapturedText = CapturedText(),
        value: Value? = nil,
        failure: Failure? = nil,
        artifacts: [Artifact] = [],
        variables: VariableListing = VariableListing(),
        used: [CapabilityUse]? = nil,
        calls: CellCalls? = nil
    ) {
        self.number = number
        self.status = status
        self.seconds = seconds
        self.stdout = stdout
        self.stderr = stderr
        self.value = value
        self.failure = failure
        self.artifacts = artifacts
        self.variables = variables
        self.used = used
        self.calls = calls
    }
}
