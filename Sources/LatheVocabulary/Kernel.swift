/// Forks kernels for one session. One template per open session; the inputs are mounted when it starts.
package protocol KernelTemplate: Sendable {
    /// Forks a kernel, binds its inputs and slices, and returns when it is ready for a cell.
    ///
    /// `hostCall` answers the kernel's host calls; it may be called while `run` is under way and blocks only that kernel.
    func startKernel(
        _ start: KernelStart,
        hostCall: @escaping @Sendable (HostCall) async -> HostReply
    ) async throws(KernelError) -> StartedKernel

    /// Kills every kernel and the template, and waits until they are gone.
    func stop() async
}

/// A kernel: one interpreter, one namespace, one cell at a time.
package protocol Kernel: Sendable {
    /// Runs one cell. Death and interruption are results, not errors; after `.died` every further cell ends `.died`.
    ///
    /// `output` sees bounded chunks in order; the whole is in the files that the result names.
    func run(_ cell: Cell, output: @escaping @Sendable (CellOutput) -> Void) async -> CellResult

    /// Interrupts the cell under way, if any: SIGINT, then SIGKILL after the grace period.
    func interrupt()

    /// Kills the kernel and waits for its end. Its slices are released.
    func stop() async
}

package enum KernelRole: String, Sendable, Codable { case session, subtask }

/// What a kernel starts with.
package struct KernelStart: Sendable {
    package var role: KernelRole
    /// Where in the run the kernel belongs; names its output files.
    package var place: Place
    /// Bound only in kernels of role `session`.
    package var bindsInputs: Bool
    package var slices: [BoundSlice]
    /// A library agent whose `prepare` and `check` run in this kernel.
    package var agent: String?

    package init(role: KernelRole, place: Place, bindsInputs: Bool, slices: [BoundSlice] = [], agent: String? = nil) {
        self.role = role
        self.place = place
        self.bindsInputs = bindsInputs
        self.slices = slices
        self.agent = agent
    }
}

package struct StartedKernel: Sendable {
    package var kernel: any Kernel
    package var variables: VariableListing
    /// Inputs that could not be loaded and the like, one sentence each.
    package var problems: [String]

    package init(kernel: any Kernel, variables: VariableListing, problems: [String]) {
        self.kernel = kernel
        self.variables = variables
        self.problems = problems
    }
}

/// One piece of Python to run. `number` counts from 1 in each kernel.
package struct Cell: Sendable, Hashable, Codable {
    package enum Purpose: String, Sendable, Codable {
        case work
        /// Run again to rebuild the working memory: its output and artifacts are dropped, since they are kept already.
        case rebuild
    }

    package enum Author: String, Sendable, Codable { case model, user }

    package var number: Int
    package var code: String
    package var purpose: Purpose
    package var author: Author

    package init(number: Int, code: String, purpose: Purpose = .work, author: Author = .model) {
        self.number = number
        self.code = code
        self.purpose = purpose
        self.author = author
    }
}

/// What comes out of a cell while it runs.
package enum CellOutput: Sendable, Hashable {
    case text(OutputStream, String)
    case artifact(Artifact)
}

package enum OutputStream: String, Sendable, Hashable, Codable { case stdout, stderr }

/// A file that a cell made for the user, kept under the session's `artifacts` folder.
package struct Artifact: Sendable, Hashable, Codable {
    /// The file's name in the artifacts folder, chosen by the host: unique, printable, no path.
    package var name: String
    package var mime: String
    package var title: String
    package var bytes: Int
    /// Absolute path on the host.
    package var path: String

    package init(name: String, mime: String, title: String, bytes: Int, path: String) {
        self.name = name
        self.mime = mime
        self.title = title
        self.bytes = bytes
        self.path = path
    }
}

/// One output stream of a cell: its beginning and end, and where the whole is.
package struct CapturedText: Sendable, Hashable, Codable {
    /// Bytes that the cell wrote.
    package var bytes: Int
    /// The whole text where it is at most the host's cap (16 KiB); else its first half cap.
    package var head: String
    /// Empty where `head` is the whole; else the last half cap.
    package var tail: String
    /// The file that keeps the whole, relative to the session's folder; nil where `head` is the whole.
    package var file: String?
    /// Bytes that were not even kept in the file, because it reached its own limit; 0 otherwise.
    package var lost: Int

    package init(bytes: Int = 0, head: String = "", tail: String = "", file: String? = nil, lost: Int = 0) {
        self.bytes = bytes
        self.head = head
        self.tail = tail
        self.file = file
        self.lost = lost
    }
}

extension CapturedText {
    /// The file that keeps the whole of a stream (`stdout`, `stderr`, `result` or `traceback`), relative to the session's
    /// folder. The place becomes a file name without path separators.
    package static func file(of cell: Int, stream: String, place: Place) -> String {
        let safe = place.description.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                ? String(scalar) : scalar == "/" ? "-" : "_\(String(scalar.value, radix: 16))_"
        }
        return "outputs/\(safe.joined().prefix(180))-\(cell).\(stream).txt"
    }
}

package enum CellStatus: String, Sendable, Hashable, Codable { case ok, error, interrupted, died }

/// What became of a cell.
package struct CellResult: Sendable, Hashable, Codable {
    package struct Value: Sendable, Hashable, Codable {
        package var type: String
        package var text: CapturedText
        /// The variable that holds the value, such as `_3`.
        package var name: String

        package init(type: String, text: CapturedText, name: String) {
            self.type = type
            self.text = text
            self.name = name
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

    package init(
        number: Int,
        status: CellStatus,
        seconds: Double,
        stdout: CapturedText = CapturedText(),
        stderr: CapturedText = CapturedText(),
        value: Value? = nil,
        failure: Failure? = nil,
        artifacts: [Artifact] = [],
        variables: VariableListing = VariableListing()
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
    }
}

/// Why a kernel could not be had.
package struct KernelError: Error, Sendable, Hashable {
    package enum Code: String, Sendable, Codable {
        case sandboxUnavailable, templateFailed, startFailed, died, protocolViolation, inputUnreadable, cancelled
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
