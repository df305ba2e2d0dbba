/// `lathe agents …`.
package struct AgentsCommand: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case list
        case show(String)
        /// What would be chosen for these words.
        case choose(String)
        /// Runs the examples of agents again; of all of the library where none is named.
        case test([CapabilityReference])
    }

    package var action: Action
    package var options: ListingOptions
}
