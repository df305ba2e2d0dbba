internal import Foundation

/// Rewrites what differs between two runs of the same code although nothing has changed:
///
/// - addresses in memory, `0x7f3a…` of at least six digits;
/// - paths below /tmp, /work, /proc and /dev/shm, and names of compiled cells;
/// - dates and times of the days on which the run itself took place;
/// - figures of lines that tell how long something took: `Wall time`, `CPU times`, `per loop`, `elapsed`, `took`.
///
/// All else is compared as it is; so a seed that was not set shows.
struct ComparableText: Sendable {
    /// Days of the run as dates are written, in UTC and in the machine's zone.
    private let days: [String]

    /// `from` and `to` are the run's first and last moments, in seconds since 1970.
    init(from: Double, to: Double) {
        var days: Set<String> = []
        for zone in [TimeZone(secondsFromGMT: 0), TimeZone.current].compactMap(\.self) {
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = zone
            formatter.dateFormat = "yyyy-MM-dd"
            days.insert(formatter.string(from: Date(timeIntervalSince1970: from)))
            days.insert(formatter.string(from: Date(timeIntervalSince1970: to)))
        }
        self.days = days.sorted()
    }

    func comparable(_ text: String) -> String {
        var text = text
        text.replace(#/0x[0-9a-fA-F]{6,}/#, with: "0x…")
        text.replace(#/(/tmp|/work|/proc|/dev/shm)/[^\s'"`),:;\]]*/#) { "\($0.output.1)/…" }
        text.replace(#/<(ipython-input|string)[^>]*>/#, with: "<cell>")
        for day in days where text.contains(day) {
            for place in text.ranges(of: day).reversed() {
                let end = text[place.upperBound...].prefixMatch(of: Self.clock)?.range.upperBound ?? place.upperBound
                text.replaceSubrange(place.lowerBound..<end, with: "today")
            }
        }
        guard text.firstMatch(of: Self.durations) != nil else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.firstMatch(of: Self.durations) == nil
                ? String(line) : String(line).replacing(#/\d+(\.\d+)?/#, with: "#")
        }.joined(separator: "\n")
    }

    private static var clock: Regex<(Substring, Substring?, Substring?)> {
        #/[T ]\d\d:\d\d(:\d\d(?:[.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?/#
    }
    private static var durations: Regex<(Substring, Substring)> {
        #/(?i)\b(wall time|cpu times|per loop|elapsed|took)\b/#
    }
}
