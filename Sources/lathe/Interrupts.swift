internal import Dispatch
internal import Glibc
internal import Synchronization

/// Ctrl-C: the first one stops the work under way, the second one ends the program at once.
///
/// SIGTERM and SIGHUP count as the first. While an editor is open Ctrl-C is the editor's. While nothing is under way an interrupt ends the program.
final class Interrupts: Sendable {
    private struct State {
        var stop: (@Sendable () -> Void)?
        var idle: (@Sendable () -> Void)?
        var seen = 0
    }

    private let state = Mutex(State())
    /// One queue, so that two signals are never handled at once.
    private let queue = DispatchQueue(label: "lathe.interrupts")

    /// Takes over the signals for the rest of the program; once in a program.
    init() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            // The handler keeps its source, and so the watch, alive.
            source.setEventHandler { [self] in
                withExtendedLifetime(source) {
                    if number == SIGINT, Editor.hasKeys { return }
                    arrived()
                }
            }
            source.activate()
        }
    }

    /// True once an interrupt has arrived during the work under way.
    var wasInterrupted: Bool { state.withLock { $0.seen > 0 } }

    /// Runs `work` in a task that the first interrupt cancels.
    func guarding<T: Sendable>(_ work: @escaping @Sendable () async -> T) async -> T {
        let task = Task { await work() }
        state.withLock { state in
            state.stop = { task.cancel() }
            state.seen = 0
        }
        defer { state.withLock { $0.stop = nil } }
        return await task.value
    }

    /// What an interrupt does until the next `guarding`, instead of ending the program.
    func whileIdle(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.idle = action }
    }

    /// Stops the work under way as a first Ctrl-C does; false where there is none, or it is being stopped.
    func stop() -> Bool {
        let stop = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.stop != nil, state.seen == 0 else { return nil }
            state.seen = 1
            return state.stop
        }
        stop?()
        return stop != nil
    }

    private func arrived() {
        let stop = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.stop != nil else { return state.idle }
            state.seen += 1
            return state.seen == 1 ? state.stop : nil
        }
        guard let stop else { _exit(130) }
        stop()
    }
}
