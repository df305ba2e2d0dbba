internal import LatheVocabulary

/// `plan` in `lathe.json`: `{"review": true, "models": {"low": "small"}}`. A project's file can ask for a review as the user's own can,
/// and neither can waive what the other asks for.
struct PlanSettings: Sendable, Hashable {
    var review: Bool?
    var models: [PlanStep.Complexity: String] = [:]

    /// Throws with what is wrong in `path`.
    init(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
        guard let value else { return }
        guard let members = value.objectValue, members.keys.allSatisfy({ ["review", "models"].contains($0) }) else {
            throw CommandFailure("\(path): plan is an object of review, models.", exitCode: 2)
        }
        models = try Self.models(members["models"], path)
        guard let given = members["review"] else { return }
        guard case .bool(let flag) = given else {
            throw CommandFailure("\(path): plan.review must be true or false.", exitCode: 2)
        }
        review = flag
    }

    private static func models(
        _ value: JSONValue?, _ path: String
    ) throws(CommandFailure) -> [PlanStep.Complexity: String] {
        guard let value else { return [:] }
        let wrong = CommandFailure(
            "\(path): plan.models is an object of low, medium, high, each the name of a role such as \"small\".",
            exitCode: 2)
        guard let members = value.objectValue else { throw wrong }
        var models: [PlanStep.Complexity: String] = [:]
        for (name, role) in members {
            guard let complexity = PlanStep.Complexity(rawValue: name), let role = role.stringValue,
                !role.isEmpty, role.count <= 64
            else { throw wrong }
            models[complexity] = role
        }
        return models
    }

    /// The user's settings with those of the project's file.
    func rules(with project: PlanSettings) -> PlanRules {
        var rules = PlanRules()
        rules.review = review ?? false || project.review ?? false
        rules.models = models.merging(project.models) { $1 }
        return rules
    }
}

extension PlanRules {
    /// As `lathe doctor` shows them.
    var text: String {
        let roles = models.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) by \($0.value)" }
        let played = roles.isEmpty ? "" : "; steps whose agents name no model: \(roles.joined(separator: ", "))"
        return review
            ? "review true: you see each plan before anything of it begins\(played); changed with plan in lathe.json"
            : "review false: plans begin once lathe has checked them\(played); --review-plan shows them first, plan in lathe.json always"
    }
}
