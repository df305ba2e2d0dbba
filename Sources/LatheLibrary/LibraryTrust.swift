/// What makes a file that says *approved* be one.
package enum LibraryTrust: String, Sendable, Hashable, CaseIterable {
    /// That it is what was approved on this machine, or what it was when it was first used here.
    case pins
    /// That it fits its own block: for teams that review in their repository.
    case files
}
