/// What a kernel holds of the machine's memory, in bytes, as Linux counts it.
package struct KernelMemory: Sendable, Hashable {
    /// All of its pages, also those that it shares with its copies and its template.
    package var resident: Int
    /// Its share: a page that n processes use counts as a nth.
    package var share: Int
    /// What its end would free at once.
    package var alone: Int

    package init(resident: Int, share: Int, alone: Int) {
        self.resident = resident
        self.share = share
        self.alone = alone
    }
}
