internal import LatheVocabulary
internal import Synchronization

/// The circuit breakers of a task, one for each account at a provider. Safe from any thread.
///
/// The first failure that concerns the whole account stops every further call on it before it is sent, in the whole task: at most
/// the calls that were under way at that moment fail too.
final class StoppedAccounts: Sendable {
    /// A call that was let through; `end` must be told what became of it.
    struct Pass: Sendable {
        fileprivate var account: String
        /// Whether the account's further calls wait for what becomes of this one.
        fileprivate(set) var isTrial: Bool
    }

    private let breakers = Mutex<[String: Breaker]>([:])
    private let start = ContinuousClock.now
    private let rest: Double
    /// A conversation under way does not wait longer than this for an account's rest to end.
    private static let longestWait = 120.0

    init(rest: Double = 30) { self.rest = rest }

    private var now: Double { start.duration(to: .now).seconds }
    private var closed: Breaker { Breaker(rest: rest) }

    /// Why nothing new can be begun on an account now; nil where it can.
    func failure(of account: String) -> ModelError? {
        let now = now
        switch breakers.withLock({ $0[account]?.look(at: now) }) {
        case .stopped(let error): return error
        case .rests(let error, let seconds): return Self.told(error, seconds)
        case .goes, .trial, .waitsForTrial, nil: return nil
        }
    }

    /// Waits until a call may be sent, or fails with why it may not. `waits`: whether it is worth waiting for the end of a rest,
    /// as for a conversation under way, whose work would be lost. `waiting` is told of each wait.
    func enter(
        _ account: String, waits: Bool, waiting: (_ seconds: Double, ModelError) -> Void
    ) async throws(ModelError) -> Pass {
        var restsSeen: Int?
        while true {
            let now = now
            let (passage, rests) = breakers.withLock { breakers in
                let passage = breakers[account]?.enter(at: now) ?? .goes
                return (passage, breakers[account]?.rests ?? 0)
            }
            let seconds: Double
            switch passage {
            case .goes: return Pass(account: account, isTrial: false)
            case .trial: return Pass(account: account, isTrial: true)
            case .stopped(let error): throw error
            case .waitsForTrial: seconds = 0.05
            case .rests(let error, let left):
                guard waits, left <= Self.longestWait, restsSeen ?? rests == rests else {
                    throw Self.told(error, left)
                }
                waiting(left, error)
                seconds = left
            }
            restsSeen = restsSeen ?? rests
            do {
                try await Task.sleep(for: .seconds(seconds))
            } catch {
                throw ModelError(.cancelled, "stopped while it waited for the account")
            }
        }
    }

    /// Takes note of what became of a call. Nil: it was answered.
    func end(_ pass: Pass, _ error: ModelError?) {
        let now = now
        breakers.withLock { breakers in
            if let error {
                breakers[pass.account, default: closed].failed(error, asTrial: pass.isTrial, at: now)
            } else {
                breakers[pass.account]?.succeeded(asTrial: pass.isTrial)
            }
        }
    }

    /// A new task tries again: the user may have paid, or set a key.
    func clear() { breakers.withLock { $0 = [:] } }

    private static func told(_ error: ModelError, _ seconds: Double) -> ModelError {
        var told = error
        told.reason += " Its calls are stopped for another \(Int(seconds.rounded(.up))) s."
        return told
    }
}
