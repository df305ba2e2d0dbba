internal import LatheVocabulary

/// Whether calls of one account may be sent: the state of its circuit breaker.
///
/// A failure that only a person can mend (no money, a wrong key) stops everything until the next task. An overload, a rate limit or
/// a server that cannot be reached, each after all retries, stops everything for `rest` seconds, twice as long each time; then one
/// call is let through as a trial, and what becomes of it decides for all.
struct Breaker: Sendable, Hashable {
    /// What a call that is ready is told.
    enum Passage: Sendable, Hashable {
        case goes
        /// It goes alone: the others wait for what becomes of it.
        case trial
        /// Another call is under way as the trial.
        case waitsForTrial
        case stopped(ModelError)
        /// The same, until a moment that comes by itself: `seconds` from now.
        case rests(ModelError, seconds: Double)
    }

    /// Seconds of the first rest, and the longest.
    let rest: Double
    let longestRest = 240.0

    private(set) var failure: ModelError?
    /// When the rest is over, on a clock that only rises.
    private var until = 0.0
    private var isTrialUnderWay = false
    /// Rests in a row.
    private(set) var rests = 0

    init(rest: Double = 30) { self.rest = rest }

    /// What a call may do at `now`; changes nothing.
    func look(at now: Double) -> Passage {
        guard let failure else { return .goes }
        if failure.stopsAccount { return .stopped(failure) }
        if now < until { return .rests(failure, seconds: until - now) }
        return isTrialUnderWay ? .waitsForTrial : .trial
    }

    /// The same for a call that is about to be sent: the first one after a rest is the trial.
    mutating func enter(at now: Double) -> Passage {
        let passage = look(at: now)
        if passage == .trial { isTrialUnderWay = true }
        return passage
    }

    /// A call was answered: the account works, unless a call that began earlier was answered after money had run out.
    mutating func succeeded(asTrial: Bool) {
        if asTrial { isTrialUnderWay = false }
        guard failure?.stopsAccount != true else { return }
        failure = nil
        rests = 0
    }

    /// A call failed for good. One that was stopped ends a trial without a result: the next call is one.
    mutating func failed(_ error: ModelError, asTrial: Bool, at now: Double) {
        if asTrial { isTrialUnderWay = false }
        if error.stopsAccount {
            failure = failure?.stopsAccount == true ? failure : error
        } else if error.rests, failure?.stopsAccount != true, asTrial || now >= until {
            // Calls that were under way together fail together: they count as one.
            let isFirst = failure == nil
            rests = isFirst ? 1 : rests + 1
            failure = error
            let doubled = rest * Double(1 << min(rests - 1, 10))
            until = now + max(error.retryAfter ?? 0, min(doubled, max(longestRest, rest)))
        } else if asTrial, ![.cancelled, .budget].contains(error.code) {
            // The provider is there and answered: what it refused is this call's own matter.
            succeeded(asTrial: true)
        }
    }
}
