internal import Synchronization

/// Waiting for something, but not for ever.
package enum Patience {
    /// What `work` gives within so many seconds; nil where it takes longer, or the calling task is cancelled. Work that takes longer
    /// goes on, and what it gives is dropped.
    @discardableResult
    package static func wait<Value: Sendable>(
        seconds: Double, for work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let clock = Task { try? await Task.sleep(for: .seconds(seconds)) }
        let waiting = Mutex<CheckedContinuation<Value?, Never>?>(nil)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiting.withLock { $0 = continuation }
                let end: @Sendable (Value?) -> Void = { value in
                    let first = waiting.withLock { waiting in
                        defer { waiting = nil }
                        return waiting
                    }
                    first?.resume(returning: value)
                }
                Task {
                    end(await work())
                    clock.cancel()
                }
                Task {
                    await clock.value
                    end(nil)
                }
            }
        } onCancel: {
            clock.cancel()
        }
    }
}
