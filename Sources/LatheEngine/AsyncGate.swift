/// Lets a bounded number in at a time, in the order in which they came.
package actor AsyncGate {
    private var free: Int
    private var queue: [(number: Int, resume: CheckedContinuation<Bool, Never>)] = []
    private var count = 0

    package init(_ places: Int) {
        free = max(1, places)
    }

    /// Waits for a place. False where the task is cancelled before it has one: then it has none, and must not leave.
    package func enter() async -> Bool {
        guard !Task.isCancelled else { return false }
        if free > 0 {
            free -= 1
            return true
        }
        count += 1
        let number = count
        return await withTaskCancellationHandler {
            await withCheckedContinuation { resume in
                // A task that is cancelled from now on is taken out of the queue, which cannot happen before it is in it.
                if Task.isCancelled { resume.resume(returning: false) } else { queue.append((number, resume)) }
            }
        } onCancel: {
            Task { await self.giveUp(number) }
        }
    }

    package func leave() {
        if queue.isEmpty {
            free += 1
        } else {
            queue.removeFirst().resume.resume(returning: true)
        }
    }

    private func giveUp(_ number: Int) {
        guard let index = queue.firstIndex(where: { $0.number == number }) else { return }
        queue.remove(at: index).resume.resume(returning: false)
    }
}
