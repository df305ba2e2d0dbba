/// `lathe memory …`.
package struct MemoryCommand: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case list(RecollectionChoice)
        case search(String)
        case show(Int)
        case add(GivenText, about: String?, until: String?)
        case forget(ForgetChoice)
        /// Prints everything as JSON lines.
        case export
        /// Takes over what a folder remembered that this project was moved from.
        case adopt(String)
    }

    /// What is listed.
    package struct RecollectionChoice: Sendable, Hashable {
        package enum Kind: Sendable, Hashable { case facts, episodes }

        /// Both where it is nil.
        package var kind: Kind?
        /// Whether what was replaced or is over is listed too.
        package var extent: Extent

        package enum Extent: Sendable, Hashable { case standing, all }
    }

    package enum ForgetChoice: Sendable, Hashable {
        /// At least one number.
        case numbers([Int])
        /// Whatever a session left.
        case session(String)
        case everything
    }

    package var action: Action
    package var options: ListingOptions
}
