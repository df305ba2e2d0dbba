/// Private memory that a kernel has added since its start, and what it may add, in bytes.
package struct MemoryUse: Sendable, Hashable, Codable {
    package var used: Int
    package var limit: Int

    package init(used: Int, limit: Int) {
        self.used = used
        self.limit = limit
    }
}
