/// When a run of turns that gets nowhere is told so, and when it is stopped. docs/command-line.md states them.
package struct StopRules: Sendable, Hashable {
    /// Replies in a row that were cut, empty, mere announcements, no result or no code that runs: so many are told what is wrong
    /// with them, the next one ends the run.
    package var unusableReplies = 2
    /// The same code with the same result: told at so many, ended at so many, among the newest `window` replies with code.
    package var repeatsTold = 3
    package var repeatsEnded = 5
    package var window = 12
    /// Only a text of at most so many characters can be a mere announcement.
    package var announcementCharacters = 600

    package init() {}
}
