/// A change of a plan that runs, as its owner wants it from another terminal: what is said changes, the rest stays.
package struct PlanChange: Sendable, Hashable, Codable {
    /// A step that is there and is to be another, or one that is new and needs a task. What is nil stays as it is; an empty text
    /// takes away what there is.
    package struct Edit: Sendable, Hashable, Codable {
        package var name: String
        package var task: String?
        package var agent: String?
        package var needs: [String]?
        package var required: Bool?
        package var complexity: String?
        package var fallback: String?
        package var model: String?
        package var talk: [String]?
        /// Of one attempt; without limits, that of its complexity.
        package var budget: BudgetLimits?

        package init(_ name: String) { self.name = name }
    }

    /// Nil for the only plan that is under way.
    package var plan: Int?
    package var drop: [String] = []
    package var steps: [Edit] = []
    /// All steps that are left and not begun, in the order in which they are to stand; nil where it stays.
    package var order: [String]?
    /// Why, in the owner's words; the agent that made the plan is told.
    package var because: String?

    package init(plan: Int? = nil) { self.plan = plan }

    /// What it does, in the past: `took out 'extra', changed 'sum' (agent, needs), added 'check'`. `known` are the steps that the
    /// plan had; without them steps are `set`.
    package func sentence(over known: Set<String>? = nil) -> String {
        var parts: [String] = []
        if !drop.isEmpty { parts.append("took out \(Self.quoted(drop))") }
        for step in steps {
            let isNew = known.map { !$0.contains(step.name) }
            let what = isNew == true ? "" : " (\(step.fields.joined(separator: ", ")))"
            parts.append("\(isNew.map { $0 ? "added" : "changed" } ?? "set") \(Self.quoted([step.name]))\(what)")
        }
        if order != nil { parts.append("put steps in another order") }
        return parts.joined(separator: ", ") + (because.map { ": \($0)" } ?? "")
    }

    package var sentence: String { sentence() }

    private static func quoted(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }

    package var isEmpty: Bool { drop.isEmpty && steps.isEmpty && order == nil }
}

// MARK: As JSON

extension PlanChange {
    private static let most = (names: 50, name: 60, task: 40_000, because: 400)

    /// Reads one of a control request or a file. The refusal says what is wrong with it.
    package init(_ value: JSONValue) throws(ControlRefusal) {
        let members = try Self.members(value, "a change of a plan", ["plan", "drop", "steps", "order", "because"])
        if let value = members["plan"], value != .null {
            guard let number = value.integerValue, number > 0 else { throw Self.wrong("plan is the number of a plan") }
            plan = number
        }
        drop = try Self.names(members["drop"], "drop") ?? []
        order = try Self.names(members["order"], "order")
        because = try Self.text(members["because"], "because", upTo: Self.most.because)
        guard let given = members["steps"], given != .null else { return }
        guard let items = given.arrayValue, items.count <= Self.most.names else {
            throw Self.wrong("steps is a list of at most \(Self.most.names) objects")
        }
        for item in items { steps.append(try Self.edit(item)) }
        if let twice = Dictionary(grouping: steps.map(\.name), by: \.self).first(where: { $0.value.count > 1 }) {
            throw Self.wrong("step '\(twice.key)' stands twice in steps")
        }
    }

    private static let fields = [
        "name", "task", "agent", "needs", "required", "complexity", "fallback", "model", "talk", "budget",
    ]

    private static func edit(_ value: JSONValue) throws(ControlRefusal) -> Edit {
        let members = try members(value, "a step", fields)
        guard let name = try text(members["name"], "name", upTo: most.name), !name.isEmpty else {
            throw wrong("a step needs its name")
        }
        var edit = Edit(name)
        edit.task = try text(members["task"], "task", upTo: most.task)
        edit.agent = try text(members["agent"], "agent", upTo: 64)
        edit.needs = try names(members["needs"], "needs")
        edit.complexity = try text(members["complexity"], "complexity", upTo: 10)
        edit.fallback = try text(members["fallback"], "fallback", upTo: 64)
        edit.model = try text(members["model"], "model", upTo: 64)
        edit.talk = try names(members["talk"], "talk")
        if let value = members["required"], value != .null {
            guard case .bool(let flag) = value else { throw wrong("required is true or false") }
            edit.required = flag
        }
        if let value = members["budget"], value != .null {
            do throws(LimitProblem) {
                edit.budget = try BudgetLimits(value)
            } catch {
                throw wrong("step '\(name.prefix(most.name))': \(error.reason)")
            }
        }
        return edit
    }

    private static func members(
        _ value: JSONValue, _ what: String, _ known: [String]
    ) throws(ControlRefusal) -> [String: JSONValue] {
        guard let members = value.objectValue else { throw wrong("\(what) is a JSON object") }
        if let stranger = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw wrong("\(what) has no '\(stranger.prefix(40))'; it has \(known.joined(separator: ", "))")
        }
        return members
    }

    private static func names(_ value: JSONValue?, _ name: String) throws(ControlRefusal) -> [String]? {
        guard let value, value != .null else { return nil }
        let names = value.arrayValue?.compactMap(\.stringValue)
        guard let names, names.count == value.arrayValue?.count, names.count <= most.names,
            names.allSatisfy({ $0.count <= most.name })
        else { throw wrong("\(name) is a list of names of steps") }
        return names
    }

    private static func text(
        _ value: JSONValue?, _ name: String, upTo most: Int
    ) throws(ControlRefusal) -> String? {
        guard let value, value != .null else { return nil }
        guard let text = value.stringValue, text.count <= most else {
            throw wrong("\(name) is a text of at most \(most) characters")
        }
        return text
    }

    private static func wrong(_ reason: String) -> ControlRefusal { ControlRefusal("invalid", "plan: \(reason)") }

    /// As `init` reads it.
    package var json: JSONValue {
        var members: [String: JSONValue] = [:]
        members["plan"] = plan.map(JSONValue.integer)
        if !drop.isEmpty { members["drop"] = .array(drop.map(JSONValue.string)) }
        if !steps.isEmpty { members["steps"] = .array(steps.map(\.json)) }
        members["order"] = order.map { .array($0.map(JSONValue.string)) }
        members["because"] = because.map(JSONValue.string)
        return .object(members)
    }
}

extension PlanChange.Edit {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["name": .string(name)]
        members["task"] = task.map(JSONValue.string)
        members["agent"] = agent.map(JSONValue.string)
        members["needs"] = needs.map { .array($0.map(JSONValue.string)) }
        members["required"] = required.map(JSONValue.bool)
        members["complexity"] = complexity.map(JSONValue.string)
        members["fallback"] = fallback.map(JSONValue.string)
        members["model"] = model.map(JSONValue.string)
        members["talk"] = talk.map { .array($0.map(JSONValue.string)) }
        members["budget"] = budget?.json
        return .object(members)
    }

    /// The fields that it sets, as people call them.
    package var fields: [String] {
        [
            ("task", task != nil), ("agent", agent != nil), ("needs", needs != nil), ("required", required != nil),
            ("complexity", complexity != nil), ("fallback", fallback != nil), ("model", model != nil),
            ("talk", talk != nil), ("budget", budget != nil),
        ].filter(\.1).map(\.0)
    }
}
