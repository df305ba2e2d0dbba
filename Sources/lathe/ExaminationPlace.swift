internal import Foundation
internal import LatheKernelHost
internal import LatheVocabulary

/// A template of its own for running capabilities outside of a session: started when something is to be run, in a folder that
/// goes with it.
actor ExaminationPlace {
    private let configuration: KernelHostConfiguration
    private let folder: String
    private var starting: Task<KernelHost, any Error>?

    init(_ project: Project, _ installation: Installation) {
        folder = FileManager.default.temporaryDirectory.path + "/lathe-examination-\(UUID().uuidString)"
        var configuration = KernelHostConfiguration(
            sessionFolder: folder, environment: installation.environment, python: installation.python,
            kernelProgram: installation.kernelProgram)
        configuration.apply(project.kernelLimits)
        configuration.forkedAhead = 1
        self.configuration = configuration
    }

    /// Starts the template the first time.
    func placement() async throws(LibraryError) -> any KernelPlacement {
        let configuration = configuration
        let started = starting ?? Task { try await KernelHost.start(configuration) }
        starting = started
        do {
            return try await started.value
        } catch {
            throw LibraryError(
                .readerFailed, "No kernel could be had to run tests: \(CommandFailure.reason(of: error))")
        }
    }

    /// Ends what was started and removes its folder.
    func stop() async {
        if let host = try? await starting?.value { await host.stop() }
        try? FileManager.default.removeItem(atPath: folder)
    }
}
