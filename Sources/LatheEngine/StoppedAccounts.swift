internal import LatheVocabulary
internal import Synchronization

/// Accounts at providers that refuse everything until a person has done something: no money, a wrong key.
///
/// The first such failure stops every further call on the account before it is sent, in the whole task: at most the calls that
/// were under way at that moment fail too. Safe from any thread.
final class StoppedAccounts: Sendable {
    private let failures = Mutex<[String: ModelError]>([:])

    /// Why nothing can be asked on an account; nil where it can.
    func failure(of account: String) -> ModelError? { failures.withLock { $0[account] } }

    /// Takes note of a failed call; a failure that another call may escape stops nothing.
    func note(_ error: ModelError, of account: String) {
        guard error.stopsAccount else { return }
        failures.withLock { $0[account] = $0[account] ?? error }
    }

    /// A new task tries again: the user may have paid, or set a key.
    func clear() { failures.withLock { $0 = [:] } }
}
