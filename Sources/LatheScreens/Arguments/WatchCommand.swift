package import LatheVocabulary

package struct WatchCommand: Sendable, Hashable {
    package var session: String
    package var options: ListingOptions
}

/// Stepping into a run from another terminal.
package struct ControlCommand: Sendable, Hashable {
    package var session: String
    package var request: ControlRequest
    package var options: ListingOptions
}
