/// How many tokens a model reads and writes in one call, together.
package struct ContextWindow: Sendable, Hashable, Codable {
    package enum Source: String, Sendable, Hashable, Codable {
        /// From a dated list of ours, from lathe.json, or nobody knows it.
        case known, configured, assumed
    }

    package var tokens: Int
    package var source: Source

    package init(_ tokens: Int, _ source: Source) {
        self.tokens = tokens
        self.source = source
    }

    /// For a model of which nobody knows it: what most servers offer at least.
    package static let assumed = ContextWindow(32_768, .assumed)
    /// For replies that come from no model.
    package static let unlimited = ContextWindow(1 << 40, .known)
}
