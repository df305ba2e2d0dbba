/// Private memory that a kernel has added since its start, and what it may add, in bytes.
package struct MemoryUse: Sendable, Hashable, Codable {
    /// A result of an earlier cell that only the list of results still holds, such as `_3`.
    package struct Kept: Sendable, Hashable, Codable {
        package var name: String
        package var bytes: Int

        package init(name: String, bytes: Int) {
            self.name = name
            self.bytes = bytes
        }
    }

    package var used: Int
    package var limit: Int
    /// Large ones, largest first, at most five; nil in journals from before they were recorded.
    package var kept: [Kept]?

    package init(used: Int, limit: Int, kept: [Kept]? = nil) {
        self.used = used
        self.limit = limit
        self.kept = kept
    }
}
