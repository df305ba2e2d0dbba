internal import Glibc

/// The wall clock.
enum Clock {
    /// Seconds since 1970-01-01 UTC.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
