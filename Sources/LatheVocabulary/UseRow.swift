/// A version of a capability and what sessions made of it on this machine.
package struct UseRow: Sendable, Hashable {
    package var subject: CapabilityUse.Subject
    /// Nil where the library's journal does not know it, such as of an agent that comes with lathe.
    package var version: Int?
    /// Nil for a version that lies in the library no more.
    package var status: Capability.Status?
    /// Seconds since 1970-01-01 UTC of the first event about it, else of its first use; nil where neither is known.
    package var since: Double?
    /// Nil where it was never used.
    package var total: UseTotal?

    package init(
        subject: CapabilityUse.Subject, version: Int?, status: Capability.Status?, since: Double?, total: UseTotal?
    ) {
        self.subject = subject
        self.version = version
        self.status = status
        self.since = since
        self.total = total
    }

    /// What earns its place comes first: most sessions in which a call came to a result, then most such calls, then by name.
    package static func isBefore(_ left: UseRow, _ right: UseRow) -> Bool {
        func rank(_ row: UseRow) -> (Int, Int, Int) {
            let well = row.total.map { $0.tally.judged - $0.tally.failures } ?? 0
            return (row.total?.helped ?? 0, well, row.total?.tally.calls ?? 0)
        }
        let (mine, theirs) = (rank(left), rank(right))
        guard mine == theirs else { return mine > theirs }
        return (left.subject.name, left.version ?? 0) < (right.subject.name, right.version ?? 0)
    }
}
