internal import Foundation
internal import LatheLibrary
internal import LatheProviders

/// Where the parts of Lathe are: the kernel program beside this one, Python and its packages in the folder that it was built in.
struct Installation: Sendable {
    /// The folder that holds `python/` and `.venv`.
    let root: String
    let kernelProgram: String

    var environment: String { root + "/.venv" }
    var interpreter: String { environment + "/bin/python3" }
    var python: String { root + "/python" }

    /// Finds the parts from the program's own path; `LATHE_ROOT` names the folder where that fails.
    static func find(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CommandFailure) -> Self
    {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let folder = program.deletingLastPathComponent()
        let start = environment["LATHE_ROOT"].map { URL(fileURLWithPath: $0) } ?? folder
        var candidate = start
        while !isRoot(candidate) {
            guard candidate.path != "/" else {
                throw CommandFailure(
                    "\(start.path) is not inside a Lathe folder (one with python/lathe_kernel). Set LATHE_ROOT to it.")
            }
            candidate = candidate.deletingLastPathComponent()
        }
        return Installation(root: candidate.path, kernelProgram: folder.path + "/lathe-kernel")
    }

    private static func isRoot(_ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.path + "/python/lathe_kernel/__init__.py")
    }

    /// The embedding model that searches go by, in a process of its own once it is needed.
    var meaning: MeaningProcess { MeaningProcess(python: interpreter, package: python + "/lathe_meaning") }

    /// What the embedded model needs.
    func tools(_ environment: [String: String]) -> ToolPaths {
        ToolPaths(
            python: interpreter, scripts: python, models: ToolPaths.modelsFolder(environment: environment))
    }

    /// What is not there and how to get it, one sentence each; empty when a session can start.
    var missingParts: [String] {
        var missing: [String] = []
        if !FileManager.default.isExecutableFile(atPath: kernelProgram) {
            missing.append("The program \(kernelProgram) is missing; run 'make build' in \(root).")
        }
        if !FileManager.default.isExecutableFile(atPath: interpreter) {
            missing.append("The Python environment \(environment) is missing; run 'make build' in \(root).")
        }
        return missing
    }
}
