package import LatheVocabulary

/// `lathe agents list`, `show` and `for`, from plain values.
package enum AgentListing {
    package static func lines(_ agents: [ListedAgent], _ canvas: Canvas) -> [StyledLine] {
        guard !agents.isEmpty else { return [canvas.text("no agents")] }
        let head = ["agent", "role", "model", "health", "uses", "from"].map { canvas.text($0, .dim) }
        let rows = agents.map { agent in
            [
                canvas.text(agent.name, .bold), canvas.text(agent.profile.role.rawValue),
                canvas.text(agent.modelRole ?? "default"), health(agent.health, canvas),
                canvas.text(String(agent.health.judged + agent.health.excused)), canvas.text(origin(agent), .dim),
            ]
        }
        let table = canvas.table([head] + rows, alignment: [.left, .left, .left, .left, .right, .left])
        let problems = agents.flatMap { agent in
            agent.capability.problems.flatMap { canvas.wrap(canvas.text("✗ \(agent.name): \($0)", .red), indent: 2) }
        }
        let unhealthy = agents.compactMap { agent in agent.health.unhealthy.map { (agent.name, $0) } }.flatMap {
            canvas.wrap(canvas.text("✗ \($0) is not chosen: \($1); it can still be named", .red), indent: 2)
        }
        return table.map { canvas.fit($0) } + unhealthy + problems
    }

    private static func origin(_ agent: ListedAgent) -> String {
        agent.isBuiltIn ? "lathe" : agent.capability.status.rawValue.replacing("_", with: " ")
    }

    /// `unhealthy`, `8 of 9`, or `-` for one that nobody knows anything of.
    private static func health(_ health: AgentHealth, _ canvas: Canvas) -> StyledLine {
        guard health.judged > 0 else { return canvas.text("-", .dim) }
        let share = "\(health.completed) of \(health.judged)"
        return health.unhealthy == nil ? canvas.text(share, .green) : canvas.text("unhealthy, \(share)", .red)
    }

    // MARK: One

    /// One with all that its file says; `agent` is nil where it cannot be used by every session.
    package static func lines(_ listed: ListedAgent, _ agent: Agent?, _ canvas: Canvas) -> [StyledLine] {
        let capability = listed.capability
        var facts = [
            ("agent", listed.name), ("for", capability.summary), ("from", origin(listed)),
            ("file", listed.isBuiltIn ? capability.path : "generated-capabilities/" + capability.path),
            ("version", capability.version > 1 ? "\(capability.version)" : ""),
        ]
        facts += standing(listed.profile) + rights(listed, agent) + measured(listed.health)
        let lines = facts.filter { !$0.1.isEmpty }.flatMap { name, text in
            canvas.wrap(canvas.padded(canvas.text(name, .dim), to: 16) + canvas.text(text), indent: 16)
        }
        let problems = capability.problems.flatMap { canvas.wrap(canvas.text("✗ " + $0, .red), indent: 2) }
        let returns = schema(listed.returns, canvas)
        guard let agent else { return lines + problems + returns }
        return lines + problems + returns + [canvas.blank, canvas.text("instructions", .dim)]
            + TerminalText.lines(agent.instructions).map { canvas.text($0) }
    }

    private static func standing(_ profile: AgentProfile) -> [(String, String)] {
        let delegates =
            switch profile.role {
            case .worker: "worker: works itself, delegates to nobody"
            case .orchestrator: "orchestrator: splits work up and delegates it"
            case .both: profile.mayDelegate ? "both: works itself, may delegate" : "both, but does not delegate"
            }
        return [
            ("can", profile.skills.joined(separator: ", ")),
            ("specialises in", profile.specialisesIn.joined(separator: ", ")), ("role", delegates),
            ("delegated to", profile.mayBeDelegatedTo ? "by anybody" : "by nobody; lathe.handoff gives it work"),
            ("at a time", profile.maxParallel.map { "\(Figure.count($0, "subtask")) at each depth" } ?? ""),
        ]
    }

    private static func rights(_ listed: ListedAgent, _ agent: Agent?) -> [(String, String)] {
        func named(_ names: [String]?, _ none: String) -> String {
            names.map { $0.isEmpty ? none : $0.joined(separator: ", ") } ?? ""
        }
        let budget = agent?.budget.map { budget in
            BudgetItem.allCases.compactMap { item in budget.limit(of: item).map(item.text) }
                + (budget.seconds.map { [Figure.duration($0)] } ?? [])
        }
        return [
            ("model", listed.modelRole ?? "default"), ("budget", budget?.joined(separator: ", ") ?? ""),
            ("may use", named(agent?.capabilities, "nothing of the library")),
            ("tools", named(agent?.tools, "none")),
        ]
    }

    private static func measured(_ health: AgentHealth) -> [(String, String)] {
        let sure = health.least.map { ", at least \(Int(($0 * 100).rounded(.down))) % with 95 % certainty" } ?? ""
        let excused = health.excused > 0 ? ", and \(health.excused) that say nothing of it" : ""
        let count = "\(health.completed) of the newest \(health.judged) completed"
        return [
            ("health", health.judged == 0 ? health.text : count + sure + excused),
            ("", health.unhealthy.map { "unhealthy, so it is not chosen: \($0)" } ?? ""),
            ("a subtask", health.median.map { "\(Figure.duration($0)) in the median" } ?? ""),
            ("last failure", health.lastFailure.map { "\(Day.of($0.time)): \($0.error)" } ?? ""),
            ("last used", health.last.map(Day.of) ?? ""),
        ]
    }

    private static func schema(_ returns: JSONValue?, _ canvas: Canvas) -> [StyledLine] {
        guard let returns else { return [canvas.padded(canvas.text("returns", .dim), to: 16) + canvas.text("a text")] }
        return [canvas.text("returns", .dim)]
            + TerminalText.lines(IndentedJSON.text(returns)).map { canvas.text("  " + $0) }
    }

    // MARK: For words

    package static func lines(_ found: AgentFinding, _ canvas: Canvas) -> [StyledLine] {
        let candidates = found.candidates.enumerated().flatMap { index, one -> [StyledLine] in
            let mark = index == 0 ? canvas.text("→ ", .green) : canvas.text("  ")
            let lead =
                mark + canvas.text(one.name, .bold)
                + canvas.text(" (fits \(Figure.fixed(one.match, 2)), \(one.health.text))", .dim)
            return canvas.wrap(lead, indent: 4) + canvas.wrap(canvas.text("    " + one.summary), indent: 4)
        }
        let left = found.leftOut.flatMap { one in
            canvas.wrap(canvas.text("✗ ", .red) + canvas.text("\(one.name) is not chosen: \(one.reason)"), indent: 4)
        }
        let why = candidates.isEmpty ? [] : canvas.wrap(canvas.text(reason(found), .dim), indent: 0)
        return candidates + left + why + (found.caveat.map { [canvas.text("(\($0))", .dim)] } ?? [])
    }

    /// By what rule the first would be taken.
    private static func reason(_ found: AgentFinding) -> String {
        let close = found.candidates.filter(\.isClose).map(\.name)
        let among = "of \(Figure.count(found.searched, "agent"))"
        switch close.count {
        case 0, 1: return "\(close.first ?? "nobody") fits best \(among), by more than 0.1."
        default:
            return
                "\(close.joined(separator: ", ")) fit about as well, the healthiest first, \(among); a model chooses among them."
        }
    }

    // MARK: JSON

    package static func json(_ agents: [ListedAgent]) -> JSONValue { .array(agents.map { json($0, nil) }) }

    package static func json(_ listed: ListedAgent, _ agent: Agent?) -> JSONValue {
        guard case .object(var members) = listed.capability.json else { return listed.capability.json }
        members["built_in"] = .bool(listed.isBuiltIn)
        members["model_role"] = listed.modelRole.map { .string($0) } ?? .null
        members["returns"] = listed.returns ?? .null
        members["profile"] = listed.profile.json
        members["health"] = listed.health.json
        if let agent {
            members["instructions"] = .string(agent.instructions)
            members["capabilities"] = agent.capabilities.map { .array($0.map(JSONValue.string)) } ?? .null
            members["tools"] = agent.tools.map { .array($0.map(JSONValue.string)) } ?? .null
        }
        return .object(members)
    }

    package static func json(_ found: AgentFinding) -> JSONValue { found.json }
}
