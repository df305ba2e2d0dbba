internal import Foundation
internal import LatheEngine
internal import LatheScreens
internal import LatheVocabulary
internal import Synchronization

/// Leads a session's events to the screen that is up, without ever making the engine wait for a slow terminal.
final class EventFeed: Sendable {
    private struct State {
        var screen: (any EventScreen)?
        var shown = 0
        var waiting: [(sequence: Int, resume: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let asking = AsyncGate(1)

    func set(_ screen: any EventScreen) {
        state.withLock { $0.screen = screen }
    }

    /// Shows everything that is recorded from now on, until the log is closed.
    func follow(_ log: EventLog) {
        let events = log.watch()
        Task {
            for await event in events { show(event) }
        }
    }

    /// Runs `ask`, which asks the user something, on a thread of its own, while the screen leaves the terminal to it. It is to give
    /// up once its argument says that the work was stopped.
    ///
    /// One question is put at a time, whoever asks it: two that read one terminal would take each other's answers.
    func aside<Answer: Sendable>(_ ask: @escaping @Sendable (_ isStopped: () -> Bool) -> Answer) async -> Answer {
        // Stopped before its turn has come, it gives up without having asked.
        guard await asking.enter() else { return ask { true } }
        let isStopped = Mutex(false)
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiting: CheckedContinuation<Answer, Never>) in
                Thread { [self] in
                    let screen = state.withLock { $0.screen }
                    screen?.makeRoom()
                    let answer = ask { isStopped.withLock { $0 } }
                    screen?.goOn()
                    waiting.resume(returning: answer)
                }.start()
            }
        } onCancel: {
            isStopped.withLock { $0 = true }
        }
        await asking.leave()
        return answer
    }

    /// Returns when all that was recorded so far is on the screen.
    func settle(_ log: EventLog) async {
        let sequence = log.newestSequence
        await withCheckedContinuation { continuation in
            let isShown = state.withLock { state in
                if state.shown < sequence { state.waiting.append((sequence, continuation)) }
                return state.shown >= sequence
            }
            if isShown { continuation.resume() }
        }
    }

    private func show(_ event: Event) {
        state.withLock { $0.screen }?.show(event)
        let reached = state.withLock { state in
            state.shown = max(state.shown, event.sequence)
            let reached = state.waiting.filter { $0.sequence <= state.shown }
            state.waiting.removeAll { $0.sequence <= state.shown }
            return reached
        }
        for waiter in reached { waiter.resume.resume() }
    }
}
