/// What became of the wish for a copy of a kernel.
package enum KernelCopy: Sendable {
    /// A frozen kernel with the same namespace, in an epoch of its own. It runs nothing until a cell is given to it.
    case made(any Kernel)
    /// What a copy could not keep, named before anything was copied; the kernel is as it was.
    case refused([CopyObstacle])
}

/// Something in a kernel that a copy could not keep: a thread, a connection, a file open for writing.
package struct CopyObstacle: Sendable, Hashable, Codable {
    package var kind: String
    package var name: String
    /// What the code in the kernel can do about it.
    package var mend: String

    package init(kind: String, name: String, mend: String) {
        self.kind = kind
        self.name = name
        self.mend = mend
    }
}
