private import CSandbox
private import Glibc
private import LatheWire

/// Wakes a thread that waits in poll(2), from any thread.
struct WakePipe: Sendable {
    private let event: OwnedDescriptor

    init() throws(KernelHostFailure) {
        let number = lathe_event()
        guard number >= 0 else { throw KernelHostFailure(step: "making an event descriptor", error: errno) }
        event = OwnedDescriptor(number)
    }

    var descriptor: Int32 { event.raw }

    func signal() {
        var one: UInt64 = 1
        _ = write(event.raw, &one, 8)
    }

    func drain() {
        var count: UInt64 = 0
        _ = read(event.raw, &count, 8)
    }
}

/// What the system refused to the host itself.
struct KernelHostFailure: Error {
    var step: String
    var error: Int32

    var reason: String { "\(step) failed: \(String(cString: strerror(error)))" }
}
