private import CSandbox
private import Glibc
private import LatheWire

/// What the loop's thread waits for. Any thread may change it at any time, also while it waits.
///
/// A descriptor leaves the list when it is closed.
struct Watchlist: Sendable {
    /// Whose descriptor became ready.
    enum Source: Sendable, Hashable {
        case wake, control, log, process
        case channel(kernel: Int)
        case output(kernel: Int)
    }

    /// What is watched of one descriptor; kept by whoever owns it.
    struct Interest: OptionSet {
        let rawValue: UInt32
        static let read = Interest(rawValue: UInt32(LATHE_WATCH_READ))
        static let write = Interest(rawValue: UInt32(LATHE_WATCH_WRITE))
    }

    private let list: OwnedDescriptor

    init() throws(KernelHostFailure) {
        let number = lathe_watchlist()
        guard number >= 0 else { throw KernelHostFailure(step: "making a list of descriptors", error: errno) }
        list = OwnedDescriptor(number)
    }

    /// Watches `descriptor` for `interest`; `before` is what it was watched for until now, nil where it was not.
    ///
    /// With no interest its end is told all the same.
    func watch(_ descriptor: Int32, _ source: Source, for interest: Interest, before: Interest?) {
        guard interest != before else { return }
        _ = lathe_watch(list.raw, descriptor, Self.key(source), interest.rawValue, before != nil)
    }

    func forget(_ descriptor: Int32) { _ = lathe_unwatch(list.raw, descriptor) }

    /// Waits until something is ready, at most `milliseconds`; -1 waits for ever.
    func wait(milliseconds: Int32) -> [Source] {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 64) { keys in
            let count = lathe_watch_wait(list.raw, keys.baseAddress, 64, milliseconds)
            return keys[..<Int(count)].map(Self.source)
        }
    }

    private static func key(_ source: Source) -> UInt64 {
        switch source {
        case .wake: 0
        case .control: 1
        case .log: 2
        case .process: 3
        case .channel(let kernel): UInt64(kernel) << 3 | 4
        case .output(let kernel): UInt64(kernel) << 3 | 5
        }
    }

    private static func source(_ key: UInt64) -> Source {
        switch key & 7 {
        case 1: .control
        case 2: .log
        case 3: .process
        case 4: .channel(kernel: Int(key >> 3))
        case 5: .output(kernel: Int(key >> 3))
        default: .wake
        }
    }
}
