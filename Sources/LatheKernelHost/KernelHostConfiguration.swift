package import LatheSandbox
package import LatheVocabulary

/// Everything that one session's template needs to start. Paths are absolute, on the host.
package struct KernelHostConfiguration: Sendable {
    /// The session's folder. `work`, `artifacts` and `outputs` are made in it; only `work` is seen by kernels.
    package var sessionFolder: String
    /// The Python environment (`.venv`).
    package var environment: String
    /// The folder with the packages `lathe_kernel` and `lathe_library`.
    package var python: String
    /// The program `lathe-kernel`.
    package var kernelProgram: String
    package var inputs: [DataInput]
    package var limits: SandboxPolicy.Limits
    package var arrangement = SandboxArrangement.bubblewrap
    /// Kernels of each role that are forked ahead of need.
    package var forkedAhead = 2
    /// How long one cell may run, its waiting for host calls not counted; then it is interrupted.
    package var cellTime: Duration = .seconds(3600)
    /// What the session's work folder may hold: measured after each cell, and told to the model.
    package var workBytes = 20 << 30
    /// Memory that all kernels may use together, memory files, slices and files in memory included.
    package var totalBytes = Int(clamping: SandboxPolicy.Limits.machineMemory / 5 * 4)
    /// How long an interrupted cell may take to end before its kernel is killed.
    package var interruptGrace: Duration = .seconds(3)
    /// How long the template may take to be ready.
    package var startTimeout: Duration = .seconds(120)
    package var output = OutputLimits()

    package init(
        sessionFolder: String, environment: String, python: String, kernelProgram: String,
        inputs: [DataInput] = [], limits: SandboxPolicy.Limits = SandboxPolicy.Limits()
    ) {
        self.sessionFolder = sessionFolder
        self.environment = environment
        self.python = python
        self.kernelProgram = kernelProgram
        self.inputs = inputs
        self.limits = limits
    }

    var policy: SandboxPolicy {
        var policy = SandboxPolicy(
            environment: environment, python: python, kernelProgram: kernelProgram,
            work: "\(sessionFolder)/work", inputs: inputs.map(\.path), limits: limits)
        policy.arrangement = arrangement
        policy.temporary = "\(sessionFolder)/tmp"
        return policy
    }
}

/// How much of what a cell says is kept where.
package struct OutputLimits: Sendable, Hashable {
    /// Bytes of one text that are handed on in full; beyond it, half of them from the head and half from the tail.
    package var preview = 16 << 10
    /// Bytes of one stream that are shown while the cell runs.
    package var live = 64 << 10
    /// Bytes of one stream that are kept in its file.
    package var file = 1 << 30
    package var artifact = 256 << 20
    package var artifactsPerCell = 100

    package init() {}
}
