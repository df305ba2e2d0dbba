internal import LatheEngine
internal import LatheVocabulary

/// `stall` in `lathe.json`: `{"turns": 5, "errors": 3, "replans": 2}`.
struct StallSettings: Sendable, Hashable {
    var turns: Int?
    var errors: Int?
    var replans: Int?

    private static let ranges: [(name: String, range: ClosedRange<Int>)] = [
        ("turns", 0...100), ("errors", 0...100), ("replans", 0...10),
    ]

    /// Throws with what is wrong in `path`.
    init(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
        guard let value else { return }
        let names = Self.ranges.map(\.name)
        guard let members = value.objectValue, members.keys.allSatisfy(names.contains) else {
            throw CommandFailure("\(path): stall is an object of \(names.joined(separator: ", ")).", exitCode: 2)
        }
        var read: [String: Int] = [:]
        for (name, range) in Self.ranges {
            guard let given = members[name] else { continue }
            guard let number = given.integerValue, range.contains(number) else {
                throw CommandFailure(
                    "\(path): stall.\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).",
                    exitCode: 2)
            }
            read[name] = number
        }
        (turns, errors, replans) = (read["turns"], read["errors"], read["replans"])
    }

    /// These rules where the file says nothing else.
    func over(_ rules: StallRules) -> StallRules {
        var rules = rules
        rules.turns = turns ?? rules.turns
        rules.errors = errors ?? rules.errors
        rules.replans = replans ?? rules.replans
        return rules
    }
}

extension StallRules {
    /// As `lathe doctor` shows them.
    var text: String {
        let idle =
            turns == 0 ? "turns without anything new are not counted" : "told after \(turns) turns without anything new"
        let same = errors == 0 ? "" : " or \(errors) times the same error"
        return "\(idle)\(same), planned anew at most \(replans) times; changed with stall in lathe.json"
    }
}
