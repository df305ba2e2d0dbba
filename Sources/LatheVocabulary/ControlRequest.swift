/// One line that comes through a session's control socket: what somebody wants of the run (docs/watching.md).
package struct ControlRequest: Sendable, Hashable {
    package static let longestLine = 64 << 10

    package var action: SteppedIn.Action
    /// A place, a label or an address; nil for the coordinator.
    package var agent: String?
    /// What is said, of `tell`.
    package var text: String?
    package var budget: BudgetLimits?
    package var question: Int?
    /// What is to run, of `cell`.
    package var code: String?
    /// What is to become of a plan, of `plan`.
    package var plan: PlanChange?
    /// Whether what is allowed holds for the rest of the run.
    package var isForSession: Bool

    package init(
        _ action: SteppedIn.Action, agent: String? = nil, text: String? = nil, budget: BudgetLimits? = nil,
        question: Int? = nil, code: String? = nil, plan: PlanChange? = nil, isForSession: Bool = false
    ) {
        self.action = action
        self.agent = agent
        self.text = text
        self.budget = budget
        self.question = question
        self.code = code
        self.plan = plan
        self.isForSession = isForSession
    }

    /// Reads a line; the refusal says what is wrong with it.
    package init(line: [UInt8]) throws(ControlRefusal) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: line, limits: JSONLimits(bytes: Self.longestLine, depth: 8))
        } catch {
            throw ControlRefusal("invalid", "this is not JSON: \(error.reason)")
        }
        guard let members = value.objectValue else {
            throw ControlRefusal("invalid", "a request is a JSON object")
        }
        let known = ["do", "agent", "text", "budget", "question", "code", "plan", "for"]
        if let stranger = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw ControlRefusal(
                "invalid", "a request has no '\(stranger.prefix(40))'; it has \(known.joined(separator: ", "))")
        }
        guard let name = members["do"]?.stringValue, let action = SteppedIn.Action(rawValue: name) else {
            let actions = SteppedIn.Action.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlRefusal("invalid", "do is one of \(actions)")
        }
        self.init(action)
        agent = try Self.text(members["agent"], "agent")
        text = try Self.text(members["text"], "text")
        question = members["question"]?.integerValue
        code = try Self.text(members["code"], "code")
        isForSession = members["for"] == "session"
        if let value = members["plan"], value != .null { plan = try PlanChange(value) }
        if let value = members["budget"] {
            do throws(LimitProblem) {
                budget = try BudgetLimits(value)
            } catch {
                throw ControlRefusal("invalid", error.reason)
            }
        }
        if let problem { throw problem }
    }

    private static func text(_ value: JSONValue?, _ name: String) throws(ControlRefusal) -> String? {
        guard let value, value != .null else { return nil }
        guard let text = value.stringValue else { throw ControlRefusal("invalid", "\(name) must be a text") }
        return text
    }

    /// What its action needs and it does not have.
    private var problem: ControlRefusal? {
        switch action {
        case .tell where text?.allSatisfy(\.isWhitespace) != false: ControlRefusal("invalid", "tell needs a text")
        case .cell where code?.allSatisfy(\.isWhitespace) != false: ControlRefusal("invalid", "cell needs its code")
        case .budget where budget?.isUnlimited != false: ControlRefusal("invalid", "budget needs what it is to be")
        case .plan where plan?.isEmpty != false: Self.noChange
        case .allow where question == nil, .deny where question == nil:
            ControlRefusal("invalid", "\(action.rawValue) needs the number of a question")
        default: nil
        }
    }

    private static let noChange = ControlRefusal("invalid", "plan needs what is to change: drop, steps or order")

    /// The line that says this, without its end.
    package var line: String {
        var members: [String: JSONValue] = ["do": .string(action.rawValue)]
        if let agent { members["agent"] = .string(agent) }
        if let text { members["text"] = .string(text) }
        if let question { members["question"] = .integer(question) }
        if let code { members["code"] = .string(code) }
        if let plan { members["plan"] = plan.json }
        if isForSession { members["for"] = "session" }
        if let budget { members["budget"] = budget.json }
        return JSONValue.object(members).text
    }
}
