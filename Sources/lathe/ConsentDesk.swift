internal import LatheEngine
internal import LatheScreens
internal import LatheVocabulary
internal import Synchronization

/// Puts questions about tools to the user, on the terminal and to whoever steps in from another one; who answers first has
/// answered, and the terminal says so. Without a terminal a question waits as long as somebody looks on from another one.
final class ConsentDesk: ToolConsent {
    private struct State {
        var count = 0
        var waiting: [Int: CheckedContinuation<ConsentAnswer, Never>] = [:]
        /// How many look on from elsewhere and can answer.
        var attending = 0
        var log: EventLog?
    }

    private let terminal: TerminalConsent?
    private let state = Mutex(State())

    init(_ terminal: TerminalConsent?) { self.terminal = terminal }

    /// Where questions are recorded from now on.
    func attach(_ log: EventLog) { state.withLock { $0.log = log } }

    /// Takes note of who looks on from elsewhere. When the last one leaves, nobody is left to ask where there is no terminal.
    func attend(_ change: Int) {
        let left = state.withLock { state -> [Int] in
            state.attending += change
            return terminal == nil && state.attending == 0 ? Array(state.waiting.keys) : []
        }
        for number in left { _ = decide(number, .nobody) }
    }

    func answer(to request: ToolRequest) async -> ConsentAnswer {
        let begun = state.withLock { state -> (number: Int, log: EventLog?)? in
            guard terminal != nil || state.attending > 0 else { return nil }
            state.count += 1
            return (state.count, state.log)
        }
        guard let (number, log) = begun else { return .nobody }
        let asked = QuestionAsked(
            question: number, cell: request.cell, server: request.server, tool: request.tool,
            arguments: request.arguments, agent: request.agent, reason: request.reason)
        // A journal that cannot be written stops the call at its next record.
        _ = try? await log?.record(.questionAsked(asked), at: request.place)
        let asking = Mutex<Task<Void, Never>?>(nil)
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { waiting in
                let isAsked = state.withLock { state in
                    state.waiting[number] = waiting
                    return terminal != nil || state.attending > 0
                }
                if let terminal {
                    let task = Task {
                        let said = await terminal.answer(to: request, number: number)
                        _ = decide(number, said)
                    }
                    asking.withLock { $0 = task }
                }
                if Task.isCancelled || !isAsked { _ = decide(number, .nobody) }
            }
        } onCancel: {
            _ = decide(number, .nobody)
        }
        asking.withLock { $0 }?.cancel()
        return answer
    }

    func waits(_ number: Int) -> Bool { state.withLock { $0.waiting[number] != nil } }

    /// Answers a question; false where it does not wait any more.
    func decide(_ number: Int, _ answer: ConsentAnswer) -> Bool {
        guard let waiting = state.withLock({ $0.waiting.removeValue(forKey: number) }) else { return false }
        waiting.resume(returning: answer)
        return true
    }
}
