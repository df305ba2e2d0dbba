private import Glibc

/// The clock by which a program run dates what happens in it: the machine's clock as it was when the run began, and the time that
/// has passed since then.
///
/// Who sets the machine's clock meanwhile, or whose machine does it by itself, does not move it, so the times of a run never go
/// back and their differences are durations. The machine's sleep counts.
package struct RunClock: Sendable {
    package static let shared = RunClock()

    private let began: Double
    private let start: ContinuousClock.Instant

    private init() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        began = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        start = .now
    }

    /// Seconds since 1970-01-01 UTC.
    package var now: Double {
        let passed = start.duration(to: .now).components
        return began + Double(passed.seconds) + Double(passed.attoseconds) / 1e18
    }
}
