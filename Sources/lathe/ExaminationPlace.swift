internal import Foundation
internal import LatheKernelHost
internal import LatheLibrary
internal import LatheScreens
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

    /// Runs `body` with an examiner whose kernels are started when the first is needed, and end with it.
    ///
    /// With `interrupts`, Ctrl-C stops what is being examined, and the failure has its exit code then.
    static func during<T: Sendable>(
        _ project: Project, _ installation: Installation, _ interrupts: Interrupts? = Interrupts(),
        _ body: @escaping @Sendable (KernelExaminer) async throws -> T
    ) async throws -> T {
        let place = ExaminationPlace(project, installation)
        let examiner = KernelExaminer(
            folder: project.library, python: installation.interpreter, reader: installation.python + "/lathe_library",
            kept: project.likenessFile
        ) { () throws(LibraryError) in try await place.placement() }
        let work: @Sendable () async -> Result<T, any Error> = {
            do {
                return .success(try await body(examiner))
            } catch {
                return .failure(error)
            }
        }
        let result = if let interrupts { await interrupts.guarding(work) } else { await work() }
        await place.stop()
        if case .failure = result, interrupts?.wasInterrupted == true {
            throw CommandFailure(
                "stopped while it was examined; nothing was changed by that", exitCode: ExitCode.interrupted.rawValue)
        }
        return try result.get()
    }

    /// Ends what was started and removes its folder.
    func stop() async {
        if let host = try? await starting?.value { await host.stop() }
        try? FileManager.default.removeItem(atPath: folder)
    }
}
