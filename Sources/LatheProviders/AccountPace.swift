import LatheVocabulary
import Synchronization

/// How fast calls of one account may begin, by what its server said last: all calls slow down together, not one by one.
struct PaceRule: Sendable, Hashable {
    /// Seconds on a clock that only rises; no call begins earlier.
    private var opens = 0.0
    /// Seconds between the beginnings of two calls; 0 while nothing limits them.
    private(set) var spacing = 0.0
    private var lastLimit = -Double.infinity

    private static let firstSpacing = 0.1
    private static let longestSpacing = 10.0

    /// When a call that is ready at `now` may begin. The moment is taken: the next call gets a later one.
    mutating func begin(at now: Double) -> Double {
        let start = max(now, opens)
        if spacing > 0 { opens = start + spacing }
        return start
    }

    /// The server refused a call that began at `began`, and is to be left alone for `seconds`.
    ///
    /// Calls that were under way together are refused together: they count as one refusal.
    mutating func refused(_ began: Double, at now: Double, wait seconds: Double) {
        opens = max(opens, now + seconds)
        guard began > lastLimit else { return }
        lastLimit = now
        spacing = min(max(spacing * 2, Self.firstSpacing), Self.longestSpacing)
    }

    /// A call went through: a little faster again, and at full speed after some twenty.
    mutating func succeeded() {
        spacing = spacing < Self.firstSpacing / 20 ? 0 : spacing * 0.85
    }
}

/// The pace of one account, shared by all its models. Safe from any thread.
package final class AccountPace: Sendable {
    private let rule = Mutex(PaceRule())
    private let start = ContinuousClock.now

    package init() {}

    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Waits for the account's turn and returns when it came. `waiting` is told of a wait of a second or more.
    func turn(_ waiting: (Double) -> Void) async throws(ModelError) -> Double {
        let now = now
        let begins = rule.withLock { $0.begin(at: now) }
        guard begins > now else { return begins }
        if begins - now >= 1 { waiting(begins - now) }
        do {
            try await Task.sleep(for: .seconds(begins - now))
        } catch {
            throw RetryPolicy.stopped
        }
        return begins
    }

    func refused(_ began: Double, wait seconds: Double) {
        let now = now
        rule.withLock { $0.refused(began, at: now, wait: seconds) }
    }

    func succeeded() { rule.withLock { $0.succeeded() } }
}

/// The paces of a program run, by account.
final class AccountPaces: Sendable {
    private let paces = Mutex<[String: AccountPace]>([:])

    func pace(of account: String) -> AccountPace {
        paces.withLock { paces in
            if let pace = paces[account] { return pace }
            let pace = AccountPace()
            paces[account] = pace
            return pace
        }
    }
}
