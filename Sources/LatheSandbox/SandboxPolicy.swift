private import Glibc

/// What one template and its kernels may see and use. Everything that is not named here is not there.
package struct SandboxPolicy: Sendable, Hashable {
    package struct Limits: Sendable, Hashable {
        /// Private memory that one kernel may add to what the template and its slices have; a MemoryError beyond it.
        package var memoryBytes: UInt64 = max(Self.machineMemory / 2, 1 << 30)
        /// The largest file or memory file that a kernel may write: a slice of all that fits in memory is one.
        package var fileBytes: UInt64 = max(Self.machineMemory / 2, 4 << 30)
        /// Time on processors that each process of a kernel may use in its life; it is ended beyond it.
        package var cpuSeconds: UInt64 = 12 * 3600
        package var openFiles: UInt64 = 4096
        /// Processes and threads of all kernels of the sandbox together.
        package var processes: UInt64 = max(1024, 128 * UInt64(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)))
        package var temporaryBytes: UInt64 = 1 << 30
        package var sharedMemoryBytes: UInt64 = 1 << 30

        package init() {}

        /// The machine's memory, or what the control groups around this process leave of it.
        package static let machineMemory = MachineMemory.bytes
    }

    /// Host paths, all absolute.
    package var environment: String
    package var python: String
    package var kernelProgram: String
    package var work: String
    /// Files and folders of the user, in the order of their numbers under `/data`.
    package var inputs: [String]
    package var limits: Limits
    package var arrangement = SandboxArrangement.bubblewrap
    /// For temporary files where there is no sandbox with a /tmp of its own; made when it is missing.
    package var temporary = ""

    package init(
        environment: String, python: String, kernelProgram: String, work: String,
        inputs: [String] = [], limits: Limits = Limits()
    ) {
        self.environment = environment
        self.python = python
        self.kernelProgram = kernelProgram
        self.work = work
        self.inputs = inputs
        self.limits = limits
    }

    package struct Mount: Sendable, Hashable {
        package var source: String
        package var destination: String
        package var isWritable: Bool
    }

    /// The mounts that are this session's own, in order.
    package var mounts: [Mount] {
        var mounts = [
            Mount(source: environment, destination: SandboxLayout.environment, isWritable: false),
            Mount(source: python, destination: SandboxLayout.python, isWritable: false),
            Mount(source: kernelProgram, destination: SandboxLayout.kernelProgram, isWritable: false),
            Mount(source: work, destination: SandboxLayout.work, isWritable: true),
        ]
        for (index, path) in inputs.enumerated() {
            let destination = SandboxLayout.input(index, hostPath: path)
            mounts.append(Mount(source: path, destination: destination, isWritable: false))
        }
        return mounts
    }
}
