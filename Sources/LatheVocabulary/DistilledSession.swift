/// What a session did that may deserve saving, as the distiller reads it: cells that worked and agents that completed.
package struct DistilledSession: Sendable, Hashable {
    package struct Cell: Sendable, Hashable {
        package var number: Int
        package var code: String
        /// The beginning of what it printed, and of its value.
        package var printed: String
        /// Calls of the session's functions that were recorded in it.
        package var calls: CellCalls?
    }

    /// An agent that the session defined for itself.
    package struct Agent: Sendable, Hashable {
        package var name: String
        package var instructions: String
        package var returns: JSONValue?
        /// How many of its subtasks completed.
        package var completed: Int
        /// The cells that delegated to it, oldest first.
        package var cells: [Int]
    }

    package static let printedCharacters = 600

    package var name: String
    package private(set) var cells: [Cell] = []
    package private(set) var agents: [Agent] = []

    /// A fold over a session's events.
    package init(_ name: String, _ events: [Event]) {
        self.name = name
        var codes: [Int: String] = [:]
        var current = 0
        var started: [Int: (agent: Int, cell: Int)] = [:]
        for event in events {
            switch event.body {
            case .cellStarted(let cell) where event.place == .coordinator && cell.purpose == .work:
                codes[cell.number] = cell.code
                current = cell.number
            case .cellFinished(let result) where event.place == .coordinator && result.status == .ok:
                guard let code = codes[result.number] else { continue }
                cells.removeAll { $0.number == result.number }
                let printed = result.stdout.head + (result.value?.text.head ?? "")
                cells.append(
                    Cell(
                        number: result.number, code: code, printed: String(printed.prefix(Self.printedCharacters)),
                        calls: result.calls))
            case .rolledBack(let back) where event.place == .coordinator:
                cells.removeAll { back.undone.contains($0.number) }
            case .subtaskStarted(let one) where !one.agent.isSaved:
                started[one.id] = (place(of: one.agent), current)
            case .subtaskFinished(let one) where one.status == .complete:
                guard let (agent, cell) = started[one.id] else { continue }
                agents[agent].completed += 1
                if agents[agent].cells.last != cell { agents[agent].cells.append(cell) }
            default: break
            }
        }
    }

    /// Where an agent with its instructions stands among the agents.
    private mutating func place(of agent: LatheVocabulary.Agent) -> Int {
        let known = agents.firstIndex { $0.name == agent.name && $0.instructions == agent.instructions }
        if let known { return known }
        agents.append(
            Agent(
                name: agent.name, instructions: agent.instructions, returns: agent.returns, completed: 0, cells: []))
        return agents.count - 1
    }
}
