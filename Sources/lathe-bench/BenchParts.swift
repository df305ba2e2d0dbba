internal import LatheKernelHost
internal import LatheLibrary
internal import LatheStore

/// What of the installation under test a measurement starts.
struct BenchParts: Sendable {
    /// The project's folder, with `.venv` and `python`.
    var root: String
    var kernelProgram: String

    func configuration(folder: String) -> KernelHostConfiguration {
        KernelHostConfiguration(
            sessionFolder: folder, environment: root + "/.venv", python: root + "/python",
            kernelProgram: kernelProgram)
    }

    func library(folder: String) -> SourceLibrary {
        library(at: folder + "/generated-capabilities", byMeaning: true)
    }

    /// A library with its index beside its folder.
    func library(at path: String, byMeaning: Bool) -> SourceLibrary {
        let python = root + "/.venv/bin/python3"
        let meaning = byMeaning ? MeaningProcess(python: python, package: root + "/python/lathe_meaning") : nil
        return SourceLibrary(
            folder: path, python: python, reader: root + "/python/lathe_library",
            search: CapabilitySearch(index: LibraryIndex(path: path + "-index.db"), meaning: meaning))
    }
}
