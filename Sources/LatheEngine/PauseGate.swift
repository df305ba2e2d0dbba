internal import LatheVocabulary
internal import Synchronization

/// Holds agents between turns while they are paused. Safe from any thread.
final class PauseGate: Sendable {
    private struct Waiter {
        var number: Int
        var place: Place
        var resume: CheckedContinuation<Void, Never>
    }

    private struct State {
        var paused: Set<Place> = []
        var waiters: [Waiter] = []
        var count = 0

        func holds(_ place: Place) -> Bool { paused.contains { place.isWithin($0) } }
    }

    private let state = Mutex(State())

    /// Holds an agent and all below it. False where that was so already.
    func pause(_ place: Place) -> Bool { state.withLock { $0.paused.insert(place).inserted } }

    /// Lets an agent and all below it go on, whatever of them was paused. False where nothing was, or where one above is paused.
    func goOn(_ place: Place) -> Bool {
        let (changed, woken) = state.withLock { state -> (Bool, [Waiter]) in
            let before = state.paused.count
            state.paused = state.paused.filter { !$0.isWithin(place) }
            let woken = state.waiters.filter { !state.holds($0.place) }
            state.waiters.removeAll { waiter in woken.contains { $0.number == waiter.number } }
            return (state.paused.count < before && !state.holds(place), woken)
        }
        for waiter in woken { waiter.resume.resume() }
        return changed
    }

    /// Whether an agent, or one above it, is paused.
    func holds(_ place: Place) -> Bool { state.withLock { $0.holds(place) } }

    /// Wakes what waits at just this place, paused as it is.
    func nudge(_ place: Place) {
        let woken = state.withLock { state in
            let woken = state.waiters.filter { $0.place == place }
            state.waiters.removeAll { $0.place == place }
            return woken
        }
        for waiter in woken { waiter.resume.resume() }
    }

    /// Returns once the agent may go on, its task is cancelled, or it is nudged; at once where `isNudged` says so.
    func pass(_ place: Place, unless isNudged: @Sendable () -> Bool = { false }) async {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { resume in
                let waits = state.withLock { state in
                    guard state.holds(place), !Task.isCancelled, !isNudged() else { return false }
                    state.waiters.append(Waiter(number: number, place: place, resume: resume))
                    return true
                }
                if !waits { resume.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
                return state.waiters.remove(at: index)
            }
            waiter?.resume.resume()
        }
    }
}
