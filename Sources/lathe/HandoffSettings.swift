internal import LatheVocabulary

/// `handoff` in `lathe.json`: `{"approve": "risky", "share": 0.5, "afterErrors": 3, "to": "NAME"}`.
struct HandoffSettings: Sendable, Hashable {
    var approve: HandoffRules.Approval?
    var share: Double?
    var afterErrors: Int?
    var to: String?

    private static let names = ["approve", "share", "afterErrors", "to"]

    /// Throws with what is wrong in `path`.
    init(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
        guard let value else { return }
        guard let members = value.objectValue, members.keys.allSatisfy({ Self.names.contains($0) }) else {
            throw CommandFailure("\(path): handoff is an object of \(Self.names.joined(separator: ", ")).", exitCode: 2)
        }
        func wrong(_ name: String, _ what: String) -> CommandFailure {
            CommandFailure("\(path): handoff.\(name) must be \(what).", exitCode: 2)
        }
        if let given = members["approve"] {
            guard let approval = given.stringValue.flatMap(HandoffRules.Approval.init) else {
                throw wrong("approve", "\"always\", \"risky\" or \"never\"")
            }
            approve = approval
        }
        if let given = members["share"] {
            guard let number = given.numberValue, (0...1).contains(number) else { throw wrong("share", "0 to 1") }
            share = number
        }
        if let given = members["afterErrors"] {
            guard let number = given.integerValue, (1...100).contains(number) else {
                throw wrong("afterErrors", "a whole number from 1 to 100")
            }
            afterErrors = number
        }
        if let given = members["to"] {
            guard let name = given.stringValue, !name.isEmpty, name.count <= 64 else {
                throw wrong("to", "the name of an agent")
            }
            to = name
        }
    }

    /// The user's settings with those of the project's file, which may have come with a clone: it can ask for more approval and a
    /// smaller share, never for less.
    func tightened(by project: HandoffSettings) -> HandoffRules {
        var rules = HandoffRules()
        let own = approve ?? rules.approve
        rules.approve = project.approve.map(own.tightened) ?? own
        rules.share = min(share ?? rules.share, project.share ?? 1)
        rules.afterErrors = project.afterErrors ?? afterErrors
        rules.to = project.to ?? to
        return rules
    }
}

extension HandoffRules {
    /// As `lathe doctor` shows them.
    var text: String {
        let meaning =
            switch approve {
            case .never: "nobody is asked"
            case .risky: "you are asked where tools can be called, or more than \(share) of the budget may go"
            case .always: "you are always asked"
            }
        let rule =
            afterErrors.map { "; told after \($0) failed cells in a row" + (to.map { ", to \($0)" } ?? "") } ?? ""
        return "approve \(approve.rawValue): \(meaning)\(rule); changed with handoff in lathe.json"
    }
}
