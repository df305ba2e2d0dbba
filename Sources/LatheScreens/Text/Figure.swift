import Foundation
import LatheVocabulary

/// Numbers as screens show them.
enum Figure {
    /// `940`, `12.3k`, `1.2M`.
    static func tokens(_ count: Int) -> String {
        switch count {
        case ..<1_000: String(count)
        case ..<100_000: fixed(Double(count) / 1_000, 1) + "k"
        case ..<1_000_000: String(count / 1_000) + "k"
        default: fixed(Double(count) / 1_000_000, 1) + "M"
        }
    }

    /// `0.24 s`, `8.2 s`, `1 m 42 s`, `1 h 3 m`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "?" }
        if seconds < 1 { return fixed(seconds, 2) + " s" }
        if seconds < 59.95 { return fixed(seconds, 1) + " s" }
        let whole = Int(min(seconds.rounded(), 1e9))
        return whole < 3600 ? "\(whole / 60) m \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) m"
    }

    /// A running clock: `0:42`, `12:07`, `1:02:03`.
    static func clock(_ seconds: Double) -> String {
        let whole = Int(max(0, min(seconds.isFinite ? seconds : 0, 1e9)))
        let tail = two(whole % 60)
        return whole < 3600 ? "\(whole / 60):\(tail)" : "\(whole / 3600):\(two(whole % 3600 / 60)):\(tail)"
    }

    /// `640 B`, `1.1 MB`.
    static func bytes(_ count: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var (value, unit) = (Double(count), 0)
        while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        return (unit == 0 ? String(count) : fixed(value, value < 10 ? 1 : 0)) + " " + units[unit]
    }

    /// `$0.0312` below a dollar, `$12.40` above; nil where no price is known.
    static func money(_ cost: Cost) -> String? {
        guard case .microdollars(let amount) = cost else { return nil }
        return "$" + fixed(Double(amount) / 1_000_000, amount < 1_000_000 && amount != 0 ? 4 : 2)
    }

    /// `1 turn`, `3 turns`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
