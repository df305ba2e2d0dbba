/// Why a limit cannot be taken, with the mend.
package struct LimitProblem: Error, Sendable, Hashable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

extension KernelLimits {
    /// Who asks: the user for a session, or code for a kernel that it delegates to.
    package enum Asker: Sendable, Hashable { case user, delegation }

    /// Reads an object such as `{"memory": "2GB", "cell": 60}`.
    package init(_ object: JSONValue, for asker: Asker) throws(LimitProblem) {
        guard let members = object.objectValue else {
            throw LimitProblem(reason: "limits must be an object such as {\"memory\": \"2GB\", \"cell\": 60}")
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let limit = try Self.limit(named: name, for: asker)
            if let number = value.integerValue {
                self[limit] = try Self.checked(number, limit, written: String(number))
            } else if let text = value.stringValue {
                self[limit] = try Self.value(text, of: limit)
            } else {
                throw LimitProblem(reason: "limit \(name) must be a number or a text such as \(limit.example)")
            }
        }
    }

    /// Reads `NAME=VALUE`, as the user writes it.
    package static func assignment(_ text: String) throws(LimitProblem) -> (limit: KernelLimit, value: Int) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw LimitProblem(reason: "a limit is written NAME=VALUE, such as memory=8GB or cell=10min, not '\(text)'")
        }
        let limit = try limit(named: parts[0], for: .user)
        return (limit, try value(parts[1], of: limit))
    }

    private static func limit(named name: String, for asker: Asker) throws(LimitProblem) -> KernelLimit {
        let known = KernelLimit.allCases.filter { asker == .user || !$0.isOfSession }
        guard let limit = KernelLimit(rawValue: name) else {
            let names = known.map(\.rawValue).joined(separator: ", ")
            throw LimitProblem(reason: "there is no limit '\(name.prefix(40))'; there are \(names)")
        }
        guard known.contains(limit) else {
            throw LimitProblem(reason: "limit \(name) is the whole session's, not one kernel's: \(limit.mend)")
        }
        return limit
    }

    private static func value(_ text: String, of limit: KernelLimit) throws(LimitProblem) -> Int {
        let trimmed = text.filter { $0 != " " && $0 != "_" }
        let digits = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let name = trimmed.dropFirst(digits.count).lowercased()
        guard let number = Double(digits), number.isFinite, let size = units(limit.unit)[name] else {
            throw LimitProblem(reason: "limit \(limit.rawValue) is written \(limit.example), not '\(text.prefix(40))'")
        }
        return try checked(Int(min((number * size).rounded(), 9e18)), limit, written: text)
    }

    private static func checked(_ value: Int, _ limit: KernelLimit, written: String) throws(LimitProblem) -> Int {
        guard limit.range.contains(value) else {
            let (least, most) = (limit.text(limit.range.lowerBound), limit.text(limit.range.upperBound))
            throw LimitProblem(
                reason: "limit \(limit.rawValue) is from \(least) to \(most), not '\(written.prefix(40))'; "
                    + "write for example \(limit.example)")
        }
        return value
    }

    /// How many of the basic unit each name stands for; no name stands for the basic unit itself.
    private static func units(_ unit: KernelLimit.Unit) -> [String: Double] {
        switch unit {
        case .bytes:
            [
                "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 1_024, "mib": 1_048_576,
                "gib": 1_073_741_824, "tib": 1_099_511_627_776,
            ]
        case .seconds: ["": 1, "s": 1, "min": 60, "h": 3600]
        case .count: ["": 1]
        }
    }
}
