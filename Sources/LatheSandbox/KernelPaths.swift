/// Where a kernel finds things: the same paths for every session inside the sandbox, the host's own without one.
package struct KernelPaths: Sendable, Hashable {
    /// The Python environment.
    package var environment: String
    /// The packages `lathe_kernel` and `lathe_library`.
    package var python: String
    /// The session's folder for files that code makes.
    package var work: String
    /// For files that end with the session.
    package var temporary: String
    /// Nil where there is none of the kernels' own.
    package var sharedMemory: String?
    /// What may be read of the system's settings.
    package var settings: [String]
    /// Folders or files with the user's data.
    package var data: [String]

    package init(
        environment: String, python: String, work: String, temporary: String, sharedMemory: String?,
        settings: [String], data: [String]
    ) {
        self.environment = environment
        self.python = python
        self.work = work
        self.temporary = temporary
        self.sharedMemory = sharedMemory
        self.settings = settings
        self.data = data
    }

    package var interpreter: String { environment + "/bin/python3" }

    /// Inside the sandbox.
    package static let sandbox = KernelPaths(
        environment: SandboxLayout.environment, python: SandboxLayout.python, work: SandboxLayout.work,
        temporary: SandboxLayout.temporary, sharedMemory: SandboxLayout.sharedMemory,
        settings: ["/etc"], data: [SandboxLayout.data])

    func with(data: [String]) -> KernelPaths {
        var paths = self
        paths.data = data
        return paths
    }

    /// The path of input `index`.
    package func input(_ index: Int, hostPath: String) -> String {
        self.data == Self.sandbox.data ? SandboxLayout.input(index, hostPath: hostPath) : hostPath
    }
}
