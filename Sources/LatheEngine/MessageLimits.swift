/// The bounds of messages between agents; docs/messages.md states them.
package struct MessageLimits: Sendable, Hashable {
    /// Messages that agents may send in one run of the program, and one agent of them.
    package var perRun = 2_000
    package var perAgent = 200
    /// Bytes of one message as JSON.
    package var bytes = 16_384
    package var topicCharacters = 60
    /// Characters of what the user says to an agent.
    package var userCharacters = 4_000
    /// Messages, and about how many bytes of them, that one reading gives.
    package var perReading = 200
    package var readingBytes = 1 << 20
    /// Seconds for which code may wait for a reply.
    package var longestWait = 3_600.0

    package init() {}
}
