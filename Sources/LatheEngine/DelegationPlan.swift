internal import LatheVocabulary

/// A `delegate` call, read and checked whole before anything starts.
struct DelegationPlan: Sendable {
    struct Item: Sendable {
        var label: String
        var slice: BoundSlice?
    }

    var agent: Agent
    var returns: ReturnsSchema?
    var task: String
    var items: [Item]
    var model: any LanguageModel
    /// What plays it, as lathe.json names models; nil for `default`.
    var role: String?
    var parallel: Int
    var maxTurns: Int
    /// Whether the task needs its subtasks to be complete.
    var isRequired: Bool
    /// What each subtask may use of its parent's budget; no limits of its own draw on that as they go.
    var budget: BudgetLimits
    /// What its kernels may use: no more than the kernel that delegates.
    var kernelLimits: KernelLimits
    /// The only capabilities that its agent may use; nil for all.
    var allowance: Allowance?
    /// The only tools of servers that its agent may call: at most those of the kernel that delegates.
    var toolAllowance: ToolAllowance
    /// Who of its subtasks may write to whom; nil where none may.
    var talk: TalkPlan?
    /// Labels of other subtasks of the kernel that delegates to whom its subtasks may write.
    var partners: [String] = []
    /// What is handed over by it, where it is no plain delegation.
    var handoff: HandoffTerms?

    /// `bound`, `allowance` and `toolAllowance` are what the kernel that delegates may use itself. The allowance holds for agents that are
    /// defined there too; one of the library has its own.
    init(
        _ arguments: HostArguments, slices: [SliceReference], services: EngineServices, bound: KernelLimits,
        allowance: Allowance?, toolAllowance: ToolAllowance, by giver: Place
    ) async throws(HostRefusal) {
        let limits = services.limits
        if let name = arguments.values["agent"]?.stringValue { try allowance?.require(.agent, name) }
        agent = try await Self.agent(arguments, services: services)
        try agent.requireTaken(
            from: giver, isHandoff: arguments.present("handoff") != nil, depth: services.limits.delegationDepth)
        self.allowance = agent.isSaved ? Allowance(of: agent) : allowance
        self.toolAllowance = toolAllowance.narrowed(by: agent)
        if let asked = try arguments.schema("returns") {
            agent.returns = asked.schema
            returns = asked
        } else {
            returns = try Self.checked(agent.returns)
        }
        task = try arguments.optionalText("task", upTo: limits.instructionCharacters) ?? ""
        role = try arguments.optionalText("model", upTo: 64) ?? agent.modelRole
        model = try await services.modelForHostCall(role)
        parallel = min(
            try arguments.optionalInteger("parallel", in: 1...1_000) ?? limits.parallelSubtasks, limits.parallelSubtasks
        )
        maxTurns = try arguments.optionalInteger("max_turns", in: 1...100) ?? limits.subtaskTurns
        isRequired = try arguments.optionalFlag("required") ?? true
        budget = try arguments.budget("budget").over(agent.budget ?? BudgetLimits())
        let asked = try arguments.limits(arguments.present("limits")).over(agent.limits ?? KernelLimits())
        if let excess = asked.excess(over: bound) { throw HostRefusal("limit", "delegate: \(excess)") }
        agent.limits = asked.isEmpty ? nil : asked
        kernelLimits = asked.over(bound)
        items = try Self.items(arguments, slices: slices, limits: limits)
        talk = try TalkPlan(arguments, labels: Set(items.map(\.label)))
        if arguments.present("talk_with") != nil { partners = try arguments.texts("talk_with", upTo: 60) }
        if let number = try arguments.optionalInteger("handoff", in: 1...1_000_000) {
            let past = try await HandoffPast(services.log)
            handoff = HandoffTerms(try past.open(number, of: giver), state: past.states[number] ?? .waiting)
            guard past.completed[number] == nil, past.rolledBack[number] == nil, items.count == 1 else {
                throw HostRefusal("invalid_arguments", "delegate: handoff \(number) is over, or of more than one slice")
            }
        }
    }

    /// Whether what each subtask may use of an item is what the agent's file says.
    func hasBudgetOfFile(_ item: BudgetItem) -> Bool {
        agent.budget?.limit(of: item).map { $0 == budget.limit(of: item) } ?? false
    }

    private static func agent(
        _ arguments: HostArguments, services: EngineServices
    ) async throws(HostRefusal) -> Agent {
        if let name = arguments.values["agent"]?.stringValue {
            do throws(LibraryError) {
                return try await services.library.agent(named: name, for: services.session)
            } catch {
                throw HostRefusal("library", error.reason)
            }
        }
        guard let inline = arguments.values["agent"]?.objectValue,
            let instructions = inline["instructions"]?.stringValue,
            instructions.isWithin(services.limits.instructionCharacters)
        else {
            throw HostRefusal(
                "invalid_arguments",
                "delegate: agent must be a saved agent's name or lathe.agent(name=…, instructions=…)")
        }
        return Agent(
            name: inline["name"]?.stringValue?.singleLine(upTo: 64) ?? "agent", instructions: instructions,
            returns: inline["returns"] == .null ? nil : inline["returns"], modelRole: inline["model"]?.stringValue,
            limits: try arguments.limits(inline["limits"]), tools: try tools(inline["tools"]))
    }

    /// Patterns as the reader of the library takes them; nil where there are none.
    private static func tools(_ value: JSONValue?) throws(HostRefusal) -> [String]? {
        guard let value, value != .null else { return nil }
        let patterns = (value.arrayValue ?? []).compactMap(\.stringValue)
        guard let given = value.arrayValue, given.count == patterns.count, given.count <= 50,
            patterns.allSatisfy({ ToolRules.isPattern($0) })
        else {
            throw HostRefusal(
                "invalid_arguments",
                "delegate: `tools` is a list of at most 50 patterns such as \"crm/get-*\" or \"git/*\"")
        }
        return patterns
    }

    private static func checked(_ schema: JSONValue?) throws(HostRefusal) -> ReturnsSchema? {
        guard let schema else { return nil }
        switch ReturnsSchema.checked(schema) {
        case .success(let checked): return checked
        case .failure(let refused): throw HostRefusal("invalid_arguments", "delegate: \(refused.reason)")
        }
    }

    private static func items(
        _ arguments: HostArguments, slices: [SliceReference], limits: EngineLimits
    ) throws(HostRefusal) -> [Item] {
        let given = arguments.values["items"]?.arrayValue ?? []
        guard !given.isEmpty else { throw HostRefusal("invalid_arguments", "delegate: there are no slices") }
        guard given.count <= limits.subtasksPerCall else {
            throw HostRefusal("limit", "delegate: \(given.count) subtasks at once; at most \(limits.subtasksPerCall)")
        }
        var items: [Item] = []
        for (index, item) in given.enumerated() {
            let label = item["label"]?.stringValue.map { $0.singleLine(upTo: 60) } ?? String(index + 1)
            guard let manifest = item["manifest"], manifest != .null else {
                items.append(Item(label: label))
                continue
            }
            guard let slice = BoundSlice(name: "data", manifest: manifest, among: slices) else {
                throw HostRefusal(
                    "invalid_arguments",
                    "delegate: slice '\(label)' came without its data: `descriptors` names 1 to \(BoundSlice.maximumFiles) of the call's memory files"
                )
            }
            items.append(Item(label: label, slice: slice))
        }
        return items
    }
}
