/// Showing or changing a plan that runs, from another terminal.
package struct PlanControlCommand: Sendable, Hashable {
    package enum What: Sendable, Hashable {
        case show
        /// In the user's editor.
        case edit
        case drop([String])
        /// A file's path, or `-`.
        case file(String)
    }

    package var session: String
    /// Nil for the only plan that is under way.
    package var plan: Int?
    package var what: What
    package var because: String?
    package var options: ListingOptions
}
