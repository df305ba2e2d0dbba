/// The bounds of ledgers; docs/ledgers.md has the same table.
package enum LedgerLimits {
    /// Characters of a note; a longer one is refused.
    package static let noteCharacters = 1_000
    /// Notes of one place in one task.
    package static let notesOfPlace = 200
    /// Characters of a result or a message in the ledger; of the rest it is said how much was cut.
    package static let quotedCharacters = 300
    /// Characters of the task.
    package static let taskCharacters = 4_000
    /// Entries of a session that are kept; beyond, results and messages go first, and how many went is said.
    package static let entries = 1_000
    /// Entries of each kind, and agents, that one answer to code holds, the newest; the rest is counted.
    package static let told = 200
    /// The newest cells of a place that are kept, with how they ended.
    package static let cells = 10
}
