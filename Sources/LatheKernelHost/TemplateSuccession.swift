package import LatheVocabulary
private import Synchronization

/// A session's kernels over the life of several templates: one that dies, with all its kernels, is followed by another in a
/// sandbox like the first, once the next kernel is wanted.
package final class TemplateSuccession: KernelPlacement {
    package let losses: AsyncStream<KernelLoss>
    private let told: AsyncStream<KernelLoss>.Continuation
    private let configuration: KernelHostConfiguration
    private let numbers: KernelNumbers
    private let state: Mutex<State>

    private struct State {
        var host: KernelHost
        /// The losses of the host, on their way to who reads all of them.
        var relay: Task<Void, Never>
        /// The next host, while it is on its way.
        var renewal: Task<Result<KernelHost, KernelError>, Never>?
        var isStopped = false
    }

    private init(_ host: KernelHost, _ configuration: KernelHostConfiguration, _ numbers: KernelNumbers) {
        self.configuration = configuration
        self.numbers = numbers
        (losses, told) = AsyncStream.makeStream()
        state = Mutex(State(host: host, relay: Self.relay(host, to: told)))
    }

    /// Starts the first template; throws as `KernelHost.start`.
    package static func start(_ configuration: KernelHostConfiguration) async throws(KernelError) -> TemplateSuccession
    {
        let numbers = KernelNumbers()
        let host = try await KernelHost.start(configuration, numbers: numbers)
        return TemplateSuccession(host, configuration, numbers)
    }

    private static func relay(
        _ host: KernelHost, to told: AsyncStream<KernelLoss>.Continuation
    ) -> Task<Void, Never> {
        let losses = host.losses
        return Task { for await loss in losses { told.yield(loss) } }
    }

    package func put(_ slice: BoundSlice) -> PlacedSlice { state.withLock(\.host).put(slice) }

    package func makeDataFile(bytes: Int) throws(KernelError) -> DataFile {
        try state.withLock(\.host).makeDataFile(bytes: bytes)
    }

    package func startKernel(
        _ start: KernelStart, hostCall: @escaping @Sendable (HostCall) async -> HostReply
    ) async throws(KernelError) -> StartedKernel {
        let host = state.withLock(\.host)
        do throws(KernelError) {
            return try await host.startKernel(start, hostCall: hostCall)
        } catch {
            // Whether the kernel failed or the template with it: only in that case another template helps.
            let isOver = error.code == .templateFailed ? true : await host.hasEnded(within: .seconds(1))
            guard error.code != .cancelled, isOver else { throw error }
        }
        return try await successor(of: host).startKernel(start, hostCall: hostCall)
    }

    /// The host that follows one that has ended; the same for all who ask.
    private func successor(of ended: KernelHost) async throws(KernelError) -> KernelHost {
        let (host, renewal) = state.withLock { state -> (KernelHost, Task<Result<KernelHost, KernelError>, Never>?) in
            guard state.host === ended, !state.isStopped else { return (state.host, nil) }
            let renewal = state.renewal ?? Task { await self.renew(ended) }
            state.renewal = renewal
            return (ended, renewal)
        }
        return try await renewal?.value.get() ?? host
    }

    private func renew(_ ended: KernelHost) async -> Result<KernelHost, KernelError> {
        await ended.stop()
        // Every loss is told before there are kernels that could take the place of what was lost.
        await state.withLock(\.relay).value
        let next: KernelHost
        do throws(KernelError) {
            next = try await KernelHost.start(configuration, numbers: numbers)
        } catch {
            state.withLock { $0.renewal = nil }
            return .failure(error)
        }
        let isStopped = state.withLock { state in
            (state.host, state.relay, state.renewal) = (next, Self.relay(next, to: told), nil)
            return state.isStopped
        }
        if isStopped { await next.stop() }
        return .success(next)
    }

    package func stop() async {
        let (host, renewal) = state.withLock { state in
            state.isStopped = true
            return (state.host, state.renewal)
        }
        await host.stop()
        _ = await renewal?.value
        await state.withLock(\.relay).value
        told.finish()
    }

    /// The process number of the newest sandbox; nil where it has ended.
    package func sandboxProcess() async -> Int32? { await state.withLock(\.host).sandboxProcess() }
}
