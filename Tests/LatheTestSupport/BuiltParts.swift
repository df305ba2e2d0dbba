internal import Foundation
package import LatheKernelHost
package import LatheLibrary
internal import LatheStore
package import LatheVocabulary

/// The real programs and folders that tests use: what `swift build` made, and the project's Python environment.
package struct BuiltParts: Sendable {
    package let root: String
    package let kernelProgram: String

    /// Finds them from this file's own path and the build folder of the running tests.
    package static func find() throws -> BuiltParts {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        if !FileManager.default.fileExists(atPath: folder.path + "/lathe-kernel") {
            folder = URL(fileURLWithPath: root + "/.build/debug").resolvingSymlinksInPath()
        }
        let parts = BuiltParts(root: root, kernelProgram: folder.path + "/lathe-kernel")
        for path in [parts.kernelProgram, parts.interpreter] where !FileManager.default.isExecutableFile(atPath: path) {
            throw MissingPart(description: "\(path) is not there; run 'make test', which makes it")
        }
        return parts
    }

    package struct MissingPart: Error, CustomStringConvertible {
        package var description: String
    }

    package var interpreter: String { root + "/.venv/bin/python3" }

    /// The program `lathe` beside the kernel's.
    package var lathe: String {
        URL(fileURLWithPath: kernelProgram).deletingLastPathComponent().path + "/lathe"
    }

    package func configuration(folder: String, inputs: [DataInput] = []) -> KernelHostConfiguration {
        KernelHostConfiguration(
            sessionFolder: folder, environment: root + "/.venv", python: root + "/python", kernelProgram: kernelProgram,
            inputs: inputs)
    }

    package func library(
        folder: String, examiner: (any CapabilityExaminer)? = nil, journal: (any LibraryJournal)? = nil
    ) -> SourceLibrary {
        SourceLibrary(
            folder: folder, python: interpreter, reader: root + "/python/lathe_library", examiner: examiner,
            journal: journal,
            search: CapabilitySearch(index: LibraryIndex(path: folder + "-index.db"), meaning: meaning),
            builtIns: root + "/python/lathe_builtins",
            agents: CapabilitySearch(index: LibraryIndex(inMemoryOf: "agents"), meaning: meaning, atOnce: 400))
    }

    /// The embedding model, in a process of its own.
    package var meaning: MeaningProcess {
        MeaningProcess(python: interpreter, package: root + "/python/lathe_meaning")
    }
}
