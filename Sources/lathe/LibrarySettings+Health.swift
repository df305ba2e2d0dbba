internal import Foundation
internal import LatheLibrary
internal import LatheVocabulary

extension LibrarySettings {
    /// `library.unhealthy`: by what agents are not chosen any more.
    enum Health: Sendable, Hashable {
        case off
        case by(HealthRule)

        var rule: HealthRule? { if case .by(let rule) = self { rule } else { nil } }

        /// What holds, for a person.
        var text: String {
            guard let rule else { return "none is left out for its failures (library.unhealthy is false)" }
            let share = (rule.share * 1_000).rounded() / 10
            return """
                not chosen where more than \(share.formatted()) % of an agent's newest subtasks failed, with 95 % certainty: \
                \(rule.subtasks) at least, of the past \(Int(rule.days)) days (library.unhealthy)
                """
        }

        /// Nil where nothing is said; throws with what is wrong in `path`.
        init?(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
            guard let value else { return nil }
            if case .bool(let isOn) = value {
                self = isOn ? .by(HealthRule()) : .off
                return
            }
            let names: Set = ["share", "subtasks", "days"]
            guard let members = value.objectValue, members.keys.allSatisfy(names.contains) else {
                throw CommandFailure(
                    "\(path): library.unhealthy must be true, false or an object of share, subtasks and days.",
                    exitCode: 2)
            }
            var rule = HealthRule()
            let (least, most) = (HealthRule.possibleSubtasks.lowerBound, HealthRule.possibleSubtasks.upperBound)
            if let share = try Self.number(members, "share", 0...0.99, path) { rule.share = share }
            if let days = try Self.number(members, "days", 1...3_650, path) { rule.days = days }
            if let subtasks = try Self.number(members, "subtasks", Double(least)...Double(most), path) {
                rule.subtasks = Int(subtasks)
            }
            self = .by(rule)
        }

        private static func number(
            _ members: [String: JSONValue], _ name: String, _ range: ClosedRange<Double>, _ path: String
        ) throws(CommandFailure) -> Double? {
            guard let value = members[name] else { return nil }
            guard let number = value.numberValue, range.contains(number), name == "share" || number == number.rounded()
            else {
                let bounds =
                    name == "share" ? "from 0 to 0.99" : "from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
                let kind = name == "share" ? "a number" : "a whole number"
                throw CommandFailure("\(path): library.unhealthy.\(name) must be \(kind) \(bounds).", exitCode: 2)
            }
            return number
        }
    }
}
