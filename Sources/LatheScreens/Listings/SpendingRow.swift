package import LatheVocabulary

/// What one agent used of one model in a session. Replayed turns are not counted.
package struct SpendingRow: Sendable, Hashable {
    /// `coordinator`, an agent's name, or `ask_model` for questions that code asked.
    package var agent: String
    package var model: String
    package var turns: Int
    package var usage: Usage
    package var cost: Cost

    package init(agent: String, model: String, turns: Int, usage: Usage, cost: Cost) {
        self.agent = agent
        self.model = model
        self.turns = turns
        self.usage = usage
        self.cost = cost
    }

    /// Adds one reply; rows stand in the order in which their first reply came.
    package static func add(_ reply: ModelReply, of agent: String, asked model: String, to rows: inout [SpendingRow]) {
        let index =
            rows.firstIndex { $0.agent == agent && $0.model == model }
            ?? {
                rows.append(SpendingRow(agent: agent, model: model, turns: 0, usage: Usage(), cost: .none))
                return rows.count - 1
            }()
        rows[index].turns += 1
        rows[index].usage = rows[index].usage + reply.usage
        rows[index].cost = rows[index].cost + reply.cost
    }

    package var json: JSONValue {
        let price: JSONValue = if case .microdollars(let micro) = cost { .integer(micro) } else { .null }
        return [
            "agent": .string(agent), "model": .string(model), "turns": .integer(turns),
            "input": .integer(usage.input), "output": .integer(usage.output), "cacheRead": .integer(usage.cacheRead),
            "cacheWrite": .integer(usage.cacheWrite), "microdollars": price,
        ]
    }
}
