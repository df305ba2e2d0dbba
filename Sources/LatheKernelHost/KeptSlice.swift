/// A memory file of a slice or a data result as long as somebody holds it, with the memory it takes.
struct KeptSlice {
    /// A `SliceReference` or a `DataFile`.
    weak var holder: (any AnyObject & Sendable)?
    var bytes: UInt64
}
