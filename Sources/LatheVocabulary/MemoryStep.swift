/// A cell that the working memory is made of, and how much of it counts.
package struct MemoryStep: Sendable, Hashable, Codable {
    package var cell: Int
    /// The checkpoint at which the cell was left: what came after the call that made it does not count.
    package var until: Int?
    /// What an alternative of `lathe.branch` ran after that.
    package var then: String?
    /// False for a cell that was interrupted, killed its kernel or has not finished.
    package var wentThrough: Bool

    package init(cell: Int, until: Int? = nil, then: String? = nil, wentThrough: Bool = true) {
        self.cell = cell
        self.until = until
        self.then = then
        self.wentThrough = wentThrough
    }
}
