private import CSandbox
private import Glibc
package import LatheVocabulary
private import Synchronization

/// The template of one session and the kernels forked from it, in one sandbox.
///
/// One thread at a time speaks with them (`HostLoop`), which is where `output` and `hostCall` closures are called:
/// `output` must return quickly; host calls run in tasks of their own. Ends with `stop`, or with its last reference.
package final class KernelHost: KernelPlacement {
    package let losses: AsyncStream<KernelLoss>
    private let loop: HostLoop
    private let workFolder: WorkFolder
    private let watch: ResourceWatch
    /// What a run without a sandbox leaves to undo.
    private let bare: BareFolders?

    private init(
        loop: HostLoop, workFolder: WorkFolder, watch: ResourceWatch, bare: BareFolders?,
        losses: AsyncStream<KernelLoss>
    ) {
        self.loop = loop
        self.workFolder = workFolder
        self.watch = watch
        self.bare = bare
        self.losses = losses
    }

    deinit {
        watch.stop()
        _ = loop.submit { $0.stop(nil) }
    }

    /// Starts the sandbox and its template; returns when it can fork kernels.
    ///
    /// Throws `.sandboxUnavailable` where the sandbox cannot be had, `.inputUnreadable` for an input that is not there or
    /// may not be read, `.templateFailed` with the template's last words otherwise.
    package static func start(
        _ configuration: KernelHostConfiguration, numbers: KernelNumbers = KernelNumbers()
    ) async throws(KernelError) -> KernelHost {
        try makeFolders(configuration)
        let bare = configuration.arrangement == .none ? BareFolders(session: configuration.sessionFolder) : nil
        let configuration = Self.adjusted(configuration)
        let loop: HostLoop
        do throws(KernelHostFailure) {
            loop = try HostLoop()
        } catch {
            throw KernelError(.templateFailed, error.reason, underlying: error.error)
        }
        let (losses, lost) = AsyncStream.makeStream(of: KernelLoss.self)
        let folder = WorkFolder(path: configuration.sessionFolder + "/work", limit: configuration.workBytes)
        let watch = ResourceWatch(loop: loop, configuration: configuration, folder: folder)
        let host = KernelHost(
            loop: loop, workFolder: folder, watch: watch,
            bare: bare, losses: losses)
        let outcome: Result<Void, KernelError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.start {
                    TemplateLine(
                        configuration: configuration, numbers: numbers, loop: loop, losses: lost, ready: continuation)
                }
            }
        } onCancel: {
            _ = loop.submit { $0.stop(nil) }
        }
        try outcome.get()
        watch.start()
        return host
    }

    /// Kernels here map the engine's own memory files, so there is nothing to copy.
    package func put(_ slice: BoundSlice) -> PlacedSlice { PlacedSlice(slice) }

    package func makeDataFile(bytes: Int) throws(KernelError) -> DataFile {
        let descriptor = lathe_sized_memory_file("lathe-data", UInt64(bytes))
        guard descriptor >= 0 else {
            let cause = errno
            throw KernelError(.startFailed, "\(String(cString: strerror(cause)))", underlying: cause)
        }
        let data = DataFile(descriptor: descriptor, bytes: bytes) {
            lathe_seal($0) == 0
        } close: {
            _ = close($0)
        }
        _ = loop.submit { $0.keep(data) }
        return data
    }

    package func startKernel(
        _ start: KernelStart, hostCall: @escaping @Sendable (HostCall) async -> HostReply
    ) async throws(KernelError) -> StartedKernel {
        let kernel = LocalKernel(loop: loop, watch: watch, workFolder: start.role == .session ? workFolder : nil)
        let outcome: Result<KernelMessages.Started, KernelError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOpen = loop.submit { line in
                    let order = StartOrder(start: start, hostCall: hostCall, continuation: continuation)
                    line.startKernel(order, for: kernel)
                }
                if !isOpen { continuation.resume(returning: .failure(Self.stopped)) }
            }
        } onCancel: {
            kernel.cancelStart()
        }
        let started = try outcome.get()
        return StartedKernel(kernel: kernel, variables: started.variables, problems: started.problems)
    }

    package func stop() async {
        watch.stop()
        await withCheckedContinuation { continuation in
            if !loop.submit({ $0.stop(continuation) }) { continuation.resume() }
        }
        bare?.close()
    }

    /// Without a sandbox Linux counts processes for the user as a whole, those that are there already included.
    private static func adjusted(_ configuration: KernelHostConfiguration) -> KernelHostConfiguration {
        guard configuration.arrangement == .none else { return configuration }
        var configuration = configuration
        configuration.limits.processes += UInt64(Machine.tasks)
        return configuration
    }

    /// Whether the sandbox has ended, or does so within a time: the end of a kernel may be known before that of its template.
    func hasEnded(within time: Duration) async -> Bool {
        let end = ContinuousClock.now + time
        repeat {
            guard await sandboxProcess() != nil else { return true }
            try? await Task.sleep(for: .milliseconds(10))
        } while .now < end && !Task.isCancelled
        return false
    }

    /// The process number of the sandbox, for who looks at it from outside; nil once everything has been stopped.
    package func sandboxProcess() async -> Int32? {
        await withCheckedContinuation { continuation in
            if !loop.submit({ continuation.resume(returning: $0.processNumber) }) {
                continuation.resume(returning: nil)
            }
        }
    }

    private static let stopped = KernelError(.templateFailed, "the session's kernels have been stopped")

    private static func makeFolders(_ configuration: KernelHostConfiguration) throws(KernelError) {
        let session = configuration.sessionFolder
        for folder in [session, "\(session)/work", "\(session)/artifacts", "\(session)/outputs"] {
            guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
                let cause = errno
                let text = String(cString: strerror(cause))
                throw KernelError(.templateFailed, "the folder \(folder) cannot be made: \(text)", underlying: cause)
            }
        }
    }
}
