/// `lathe tools …`.
package struct ToolsCommand: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case list
        /// By the words of a need.
        case search(String)
        /// A server, or a tool of it.
        case show(ToolReference)
        /// The arguments as JSON text.
        case call(ToolReference, arguments: GivenText, seconds: Double)
        case read(String, uri: String, seconds: Double)
        /// The arguments as JSON text.
        case prompt(String, name: String, arguments: GivenText, seconds: Double)
        case stubs(folder: String, StubMode)
        case add(ToolAddition)
        case remove(String)
        case allow(String)
        /// All servers where none is named.
        case test([String])
        case login(String, seconds: Double)
        case logout(String)
        /// Rules, and answers that were kept.
        case rules
        /// Takes kept answers back, of a server or of a tool.
        case forget(ToolReference)
        /// The newest calls that people made.
        case calls(count: Int)
    }

    package enum StubMode: Sendable, Hashable { case write, check }

    package var action: Action
    package var options: ListingOptions
}

/// A server, or a tool of it, as the user names it: `SERVER` or `SERVER/TOOL`.
package struct ToolReference: Sendable, Hashable {
    package var server: String
    package var tool: String?

    package init(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        server = String(parts[0])
        tool = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
    }
}

/// A server to write down.
package struct ToolAddition: Sendable, Hashable {
    package enum File: Sendable, Hashable { case project, user }

    package var name: String
    /// A command with its arguments, or one address.
    package var words: [String]
    /// `NAME=VALUE` of the environment, or `NAME: VALUE` of headers, as given.
    package var variables: [String]
    package var headers: [String]
    package var file: File

    package var isAddress: Bool {
        words.count == 1 && (words[0].hasPrefix("https://") || words[0].hasPrefix("http://"))
    }
}
