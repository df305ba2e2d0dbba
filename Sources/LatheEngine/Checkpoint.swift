internal import Foundation
internal import LatheVocabulary

/// A frozen copy of a session's kernel that is kept.
struct Checkpoint: Sendable {
    var made: Checkpointed
    var kernel: any Kernel
    /// What the state said when it was made.
    var variables: VariableListing
    /// The numbers of the subtasks that it may know of.
    var subtasks: RangeSet<Int>

    var number: Int { made.checkpoint }

    /// Such as `3 “before the join”`.
    var title: String { "\(number)" + (made.name.map { " “\($0)”" } ?? "") }
}

/// How many checkpoints a session keeps, and what they may cost.
package struct CheckpointLimits: Sendable, Hashable {
    /// Made before cells, the newest of them.
    package var automatic = 3
    /// Made by code with `lathe.checkpoint`.
    package var named = 5
    /// Alternatives of one `lathe.branch`.
    package var branches = 8
    /// Bytes of memory that all of them may hold beyond what the kernel itself holds.
    package var bytes = min(2 << 30, Self.machineBytes / 8)
    /// A kernel that holds more is not copied before each cell: one cell could need as much memory again.
    package var kernelBytes = Self.machineBytes / 3

    package init() {}

    private static let machineBytes = Int(clamping: ProcessInfo.processInfo.physicalMemory)
}
