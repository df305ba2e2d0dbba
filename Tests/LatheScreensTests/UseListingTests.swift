import LatheVocabulary
import Testing

@testable import LatheScreens

/// `lathe library stats` at the width of a terminal and through a pipe.
struct UseListingTests {
    private static func row(
        _ name: String, _ version: Int?, _ status: Capability.Status?, helped: Int = 0, of sessions: Int = 0,
        calls: Int = 0, excused: Int = 0, errors: [String: Int] = [:], seconds: Double = 0, last: Double = 0
    ) -> UseRow {
        let subject = CapabilityUse.Subject(kind: .function, name: name, sha256: "\(name)\(version ?? 0)")
        let tally = UseTally(calls: calls, excused: excused, failures: errors.values.reduce(0, +))
        let total = UseTotal(
            subject: subject, tally: tally, errors: errors, seconds: seconds, longest: seconds, sessions: sessions,
            helped: helped, last: last)
        return UseRow(subject: subject, version: version, status: status, since: 5, total: calls > 0 ? total : nil)
    }

    private static let now = 1e8
    private static let rows = [
        row(
            "compute_the_share_of_late_flights_by_carrier", 12, .changesAsked, helped: 1, of: 3, calls: 123_456,
            excused: 56, errors: ["KeyError": 100, "ZeroDivisionError": 20, "e\u{1B}[31mvil": 1], seconds: 12,
            last: now - 7_300),
        row("profile_delays", 2, .approved, helped: 5, of: 6, calls: 900, seconds: 9, last: now - 120),
        row("profile_delays", 1, nil, helped: 2, of: 2, calls: 2, last: now - 86_400 * 100),
        row("read_parts", 1, .approved, helped: 2, of: 2, calls: 2, last: now - 86_400 * 91),
        row("invert_number", 1, .demoted, of: 4, calls: 4, errors: ["OSError": 4], seconds: 1e-6, last: now),
        row("function_writer", nil, nil, of: 1, calls: 1, excused: 1, seconds: 60, last: now),
        row("never_used", 1, .approved), row("nor_this", 3, .proposed),
    ].sorted(by: UseRow.isBefore)

    @Test func `what earns its place comes first, within the width`() {
        let canvas = Canvas(width: 80)
        let lines = UseListing.lines(Self.rows, now: Self.now, canvas).map(\.plain)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(
            lines.joined(separator: "\n") == """
                capability                version    sessions  calls   failed   a call  used
                profile_delays            2            5 of 6    900        0    10 ms  2 min
                profile_delays            1 earlier    2 of 2      2        0        -  100 d
                read_parts                1            2 of 2      2        0        -  91 d
                compute_the_share_of_la…  12 asked     1 of 3   123k  < 0.1 %    97 µs  2 h
                invert_number             1 demoted    0 of 4      4    100 %   250 ns  just now
                function_writer           -            0 of 1      1        -  1 m 0 s  just now
                ✗ compute_the_share_of_late_flights_by_carrier 12 asked: KeyError 100,
                  ZeroDivisionError 20, e␛[31mvil 1
                ✗ invert_number 1 demoted: OSError 4
                never used: never_used, nor_this
                not used for 90 days: read_parts
                Sessions: in how many a call came to a result, of those that called it; most
                come first. Failed: by its own fault.
                """)
    }

    @Test func `an empty library and one that nobody used say so`() {
        func plain(_ rows: [UseRow]) -> [String] {
            UseListing.lines(rows, now: Self.now, Canvas(width: 80)).map(\.plain)
        }
        #expect(plain([]) == ["nothing to measure yet; the library is empty"])
        #expect(
            plain([Self.row("never_used", 1, .approved)]) == ["nothing was used yet", "never used: never_used"])
    }

    @Test func `a pipe gets whole names and JSON all figures`() throws {
        let lines = UseListing.lines(Self.rows, now: Self.now, Canvas(width: nil)).map(\.plain)
        #expect(lines.contains { $0.contains("compute_the_share_of_late_flights_by_carrier  12 asked") })
        let json = try #require(UseListing.json(Self.rows).arrayValue)
        let failing = try #require(json.first { $0["name"] == "invert_number" })
        #expect(failing["share"] == .number(1) && failing["errors"] == ["OSError": 4] && failing["helped"] == 0)
        let never = try #require(json.first { $0["name"] == "nor_this" })
        #expect(never["calls"] == 0 && never["share"] == .null && never["last"] == .null && never["mean"] == .null)
    }
}
