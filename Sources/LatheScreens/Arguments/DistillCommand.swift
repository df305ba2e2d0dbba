/// `lathe library distill`: what of finished sessions deserves saving.
package struct DistillCommand: Sendable, Hashable {
    /// Whether writers are set to work on what was found, or it is only shown.
    package enum Extent: Sendable, Hashable { case list, write }

    /// By name; empty for the newest finished ones.
    package var sessions: [String]
    /// How many of the newest are looked over; nil for one.
    package var recent: Int?
    package var extent: Extent
    /// How many are written at most.
    package var most: Int
    /// What that is where nothing is said.
    package static let most = 3
    package var options: RunOptions
}
