internal import LatheVocabulary

/// `plan` in `lathe.json`: `{"review": true}`. A project's file can ask for it as the user's own can, and neither can waive what the
/// other asks for.
struct PlanSettings: Sendable, Hashable {
    var review: Bool?

    /// Throws with what is wrong in `path`.
    init(_ value: JSONValue?, _ path: String) throws(CommandFailure) {
        guard let value else { return }
        guard let members = value.objectValue, members.keys.allSatisfy({ $0 == "review" }) else {
            throw CommandFailure("\(path): plan is an object of review.", exitCode: 2)
        }
        guard let given = members["review"] else { return }
        guard case .bool(let flag) = given else {
            throw CommandFailure("\(path): plan.review must be true or false.", exitCode: 2)
        }
        review = flag
    }
}

extension PlanRules {
    /// As `lathe doctor` shows them.
    var text: String {
        review
            ? "review true: you see each plan before anything of it begins; changed with plan in lathe.json"
            : "review false: plans begin once lathe has checked them; --review-plan shows them first, plan in lathe.json always"
    }
}
