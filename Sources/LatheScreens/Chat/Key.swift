/// A key, or several at once, as a terminal sends it.
package enum Key: Sendable, Hashable {
    /// Something to be read: one Unicode scalar, which may join the one before it.
    case text(Unicode.Scalar)
    case enter, escape, backspace, delete
    case left, right, wordLeft, wordRight, up, down, home, end, pageUp, pageDown
    /// With Ctrl, in lower case.
    case control(Character)
}
