/// Lets a bounded number in at a time, in the order in which they came.
package actor AsyncGate {
    private struct Waiter {
        var number: Int
        /// Told whether there is a place for it.
        var resume: CheckedContinuation<Bool, Never>
    }

    private var free: Int
    private var queue: [Waiter] = []
    private var count = 0

    package init(_ places: Int) {
        free = max(1, places)
    }

    package func enter() async {
        if free > 0 {
            free -= 1
        } else {
            _ = await wait(newNumber())
        }
    }

    /// The same for work that may be cancelled while it waits: false where it was, and there is nothing to leave.
    package func entered() async -> Bool {
        guard !Task.isCancelled else { return false }
        guard free == 0 else {
            free -= 1
            return true
        }
        let number = newNumber()
        return await withTaskCancellationHandler {
            await wait(number)
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

    private func newNumber() -> Int {
        count += 1
        return count
    }

    private func wait(_ number: Int) async -> Bool {
        await withCheckedContinuation { queue.append(Waiter(number: number, resume: $0)) }
    }

    /// One that has its place by now keeps it.
    private func giveUp(_ number: Int) {
        guard let index = queue.firstIndex(where: { $0.number == number }) else { return }
        queue.remove(at: index).resume.resume(returning: false)
    }
}
