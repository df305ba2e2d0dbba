/// One life of a kernel. A kernel that takes another's place has another epoch, so nothing that was meant for the first
/// can reach the second.
package struct KernelEpoch: RawRepresentable, Sendable, Hashable, Codable {
    package var rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }
}

/// A kernel that ended without being told to, and what it may have done last. Its variables are gone.
package struct KernelLoss: Sendable, Hashable, Codable {
    package var place: Place
    package var epoch: KernelEpoch
    /// The last cell whose result is known; 0 before the first.
    package var lastFinished: Int
    /// The cell that was given to the kernel and has no result: all of it, a part or nothing may have been executed. Nil
    /// where the kernel was idle.
    package var uncertainCell: Int?
    /// What happened, for a person.
    package var reason: String

    package init(place: Place, epoch: KernelEpoch, lastFinished: Int, uncertainCell: Int?, reason: String) {
        self.place = place
        self.epoch = epoch
        self.lastFinished = lastFinished
        self.uncertainCell = uncertainCell
        self.reason = reason
    }
}
