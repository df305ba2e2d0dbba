internal import LatheVocabulary

/// Runs turns, and stops them when their time is over.
enum TimeLimit {
    /// What `work` ended with, and whether that was because `seconds` had passed; nil sets no limit. Cancelling the calling task
    /// stops `work` as it always does, and is not the time's doing.
    static func run<Value: Sendable>(
        seconds: Double?, _ work: @escaping @Sendable () async -> Value
    ) async -> (value: Value, isOver: Bool) {
        guard let seconds else { return (await work(), false) }
        let task = Task { await work() }
        let clock = Task { () -> Bool in
            guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return false }
            task.cancel()
            return true
        }
        let value = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        clock.cancel()
        return (value, await clock.value && !Task.isCancelled)
    }
}
