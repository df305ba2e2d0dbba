/// Lets a bounded number in at a time, in the order in which they came.
package actor AsyncGate {
    private var free: Int
    private var queue: [CheckedContinuation<Void, Never>] = []

    package init(_ places: Int) {
        free = max(1, places)
    }

    package func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { queue.append($0) }
        }
    }

    package func leave() {
        if queue.isEmpty {
            free += 1
        } else {
            queue.removeFirst().resume()
        }
    }
}
