/// A memory file of fixed size that the engine made for a kernel to write a data result into.
///
/// Nobody else gets it before it is sealed. The descriptor is closed when the last reference goes.
package final class DataFile: Sendable {
    package let descriptor: Int32
    package let bytes: Int
    private let makeFinal: @Sendable (Int32) -> Bool
    private let close: @Sendable (Int32) -> Void

    /// Takes over `descriptor`; `seal` makes its content final, `close` is called once, when the last reference goes.
    package init(
        descriptor: Int32, bytes: Int, seal: @escaping @Sendable (Int32) -> Bool,
        close: @escaping @Sendable (Int32) -> Void
    ) {
        self.descriptor = descriptor
        self.bytes = bytes
        makeFinal = seal
        self.close = close
    }

    deinit { close(descriptor) }

    /// Makes the content final for everybody; false while a kernel still maps the file for writing.
    package func seal() -> Bool { makeFinal(descriptor) }
}
