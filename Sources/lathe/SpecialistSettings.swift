internal import LatheVocabulary

/// `specialists` in `lathe.json`: `{"decide": "model", "perTask": 6}`.
struct SpecialistSettings: Sendable, Hashable {
    var decide: SpecialistRules.Decision?
    var perTask: Int?

    /// Throws with what is wrong in `path`.
    init(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
        guard let value else { return }
        guard let members = value.objectValue, members.keys.allSatisfy({ ["decide", "perTask"].contains($0) }) else {
            throw CommandFailure("\(path): specialists is an object of decide, perTask.", exitCode: 2)
        }
        if let given = members["decide"] {
            guard let decision = given.stringValue.flatMap(SpecialistRules.Decision.init) else {
                throw CommandFailure(
                    "\(path): specialists.decide must be \"model\", \"ask\" or \"deny\".", exitCode: 2)
            }
            decide = decision
        }
        if let given = members["perTask"] {
            guard let number = given.integerValue, (1...100).contains(number) else {
                throw CommandFailure(
                    "\(path): specialists.perTask must be a whole number from 1 to 100.", exitCode: 2)
            }
            perTask = number
        }
    }

    /// The user's settings with those of the project's file, which may have come with a clone: it can only be stricter.
    func tightened(by project: SpecialistSettings) -> SpecialistRules {
        var rules = SpecialistRules()
        let own = decide ?? rules.decide
        rules.decide = project.decide.map(own.tightened) ?? own
        let most = perTask ?? rules.perTask
        rules.perTask = min(most, project.perTask ?? most)
        return rules
    }
}

extension SpecialistRules {
    /// As `lathe doctor` shows them.
    var text: String {
        let meaning =
            switch decide {
            case .model: "the coordinator's model decides"
            case .ask: "the coordinator's model decides, and you are asked before it is granted"
            case .deny: "subtasks get none"
            }
        return
            "\(decide.rawValue): \(meaning); at most \(perTask) are asked for in a task; changed with specialists in lathe.json"
    }
}
