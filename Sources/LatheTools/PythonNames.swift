internal import LatheVocabulary
internal import Synchronization

/// The names in Python of servers and tools, as the tool host, which has the rule, gave them.
final class PythonNames: Sendable {
    private let host: ToolHost
    /// By scope: the empty one has the servers, that of a server its tools.
    private let known = Mutex<[String: (asked: [String], given: [String: String])]>([:])

    init(host: ToolHost) { self.host = host }

    /// The names of all of a scope, by their own; asked again where these are others.
    func names(of names: [String], under scope: String) async throws(ToolError) -> [String: String] {
        if let known = known.withLock({ $0[scope] }), known.asked == names { return known.given }
        let given = try await host.pythonNames(of: names)
        known.withLock { $0[scope] = (names, given) }
        return given
    }
}
