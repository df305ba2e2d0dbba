internal import LatheKernelHost
internal import LatheLibrary

/// What of the installation under test a measurement starts.
struct BenchParts: Sendable {
    /// The project's folder, with `.venv` and `python`.
    var root: String
    var kernelProgram: String

    func configuration(folder: String) -> KernelHostConfiguration {
        KernelHostConfiguration(
            sessionFolder: folder, environment: root + "/.venv", python: root + "/python",
            kernelProgram: kernelProgram, library: folder + "/generated-capabilities")
    }

    func library(folder: String) -> SourceLibrary {
        SourceLibrary(
            folder: folder + "/generated-capabilities", python: root + "/.venv/bin/python3",
            reader: root + "/python/lathe_library")
    }
}
