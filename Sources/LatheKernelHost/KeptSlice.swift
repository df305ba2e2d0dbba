internal import LatheVocabulary

/// A slice as long as somebody holds it, with the memory it takes.
struct KeptSlice {
    weak var reference: SliceReference?
    var bytes: UInt64
}
