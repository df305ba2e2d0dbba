package import LatheVocabulary

/// Makes spans of a session's events, live or from its journal: tasks and subtasks are invocations of agents, model calls
/// chats, cells and host calls executions of tools.
package struct SpanFold: Sendable {
    private enum Key: Hashable, Sendable {
        case agent(Place)
        case cell(Place)
        case call(Place, Int)
        case turn(Place, Int)
    }

    private let session: String
    private let capturesContent: Bool
    private var open: [Key: Span] = [:]
    /// What can be a parent, outermost first: the agent of a place, its cell, that cell's call.
    private var nested: [Place: [Key]] = [:]
    private var models: [Place: ModelIdentity] = [:]
    private var isReplayed = false
    private var newest = 0.0

    package init(session: String, capturesContent: Bool) {
        self.session = session
        self.capturesContent = capturesContent
    }

    /// The spans that end with this event.
    package mutating func take(_ event: Event) -> [Span] {
        guard event.sequence > 0 else { return [] }
        newest = max(newest, event.time)
        let place = event.place
        switch event.body {
        case .taskSubmitted(let task) where place == .coordinator: begin(task, event)
        case .subtaskStarted(let started): begin(started, event)
        case .turnStarted(let turn): begin(turn, event)
        case .cellStarted(let cell): begin(cell, event)
        case .hostCalled(let called): begin(called, event)
        case .taskFinished(let outcome): return end(.agent(place), event, outcome.attributes(capturesContent))
        case .subtaskFinished(let outcome):
            return end(.agent(outcome.place), event, outcome.attributes(capturesContent))
        case .turnFinished(let turn):
            return end(.turn(place, turn.turn), event, turn.attributes(capturesContent))
        case .turnFailed(let turn):
            return end(.turn(place, turn.turn), event, Ending(failure: turn.code.rawValue))
        case .cellFinished(let result): return end(.cell(place), event, result.attributes(capturesContent))
        case .hostAnswered(let answer):
            return end(.call(place, answer.call), event, answer.attributes(capturesContent))
        // A program run that ended in the middle of something begins anew.
        case .sessionOpened: return drain()
        default: break
        }
        return []
    }

    /// Ends what is open, as not finished: nothing comes any more.
    package mutating func drain() -> [Span] {
        let left = open.values.sorted { ($0.start, $0.id) < ($1.start, $1.id) }.map { span in
            var span = span
            span.end = max(newest, span.start)
            span.failure = "unfinished"
            span.attributes[GenAIName.errorType] = "unfinished"
            return span
        }
        open = [:]
        nested = [:]
        return left
    }

    // MARK: Beginning

    private mutating func begin(_ task: TaskSubmitted, _ event: Event) {
        var attributes = agent("coordinator", id: nil)
        if capturesContent { attributes[GenAIName.inputMessages] = SpanContent.said("user", task.task) }
        begin(.agent(event.place), event, "\(GenAIName.invokeAgent) coordinator", attributes, at: event.place)
    }

    private mutating func begin(_ started: SubtaskStarted, _ event: Event) {
        let name = started.agent.name.bounded
        var attributes = agent(name, id: "subtask://\(started.id)")
        let model = ModelIdentity(started.model)
        attributes.merge(model.attributes) { _, new in new }
        if capturesContent {
            attributes[GenAIName.place] = .string(started.place.description)
            attributes[GenAIName.inputMessages] = SpanContent.said("user", started.task)
        }
        begin(
            .agent(started.place), event, "\(GenAIName.invokeAgent) \(name)", attributes, at: started.place,
            below: started.place.parent)
    }

    private mutating func begin(_ turn: TurnStarted, _ event: Event) {
        let model = ModelIdentity(turn.model)
        models[event.place] = model
        var attributes = model.attributes
        attributes[GenAIName.operation] = .string(GenAIName.chat)
        attributes[GenAIName.conversation] = .string(session)
        attributes[GenAIName.turn] = .integer(turn.turn)
        attributes[GenAIName.requestMaxTokens] = .integer(turn.request.maxOutputTokens)
        if turn.request.replySchema != nil { attributes[GenAIName.outputType] = "json" }
        if capturesContent {
            attributes[GenAIName.systemInstructions] = SpanContent.instructions(turn.request.system)
            attributes[GenAIName.inputMessages] = SpanContent.messages(turn.request.messages)
        }
        let parent = innermost(event.place)
        // The agent's own span says its model too, once it is known.
        if let parent, case .agent = parent { open[parent]?.attributes.merge(model.attributes) { old, _ in old } }
        open[.turn(event.place, turn.turn)] = span(
            event, "\(GenAIName.chat) \(model.model)", attributes, below: parent, kind: .client)
    }

    private mutating func begin(_ cell: Cell, _ event: Event) {
        var attributes = tool("python", callID: "cell-\(cell.number)")
        attributes[GenAIName.cell] = .integer(cell.number)
        if capturesContent { attributes[GenAIName.toolArguments] = SpanContent.code(cell.code) }
        begin(.cell(event.place), event, "\(GenAIName.executeTool) python", attributes, at: event.place)
    }

    private mutating func begin(_ called: HostCalled, _ event: Event) {
        let name = GenAIName.tool(called.name)
        var attributes = tool(name, callID: "call-\(called.call)")
        attributes[GenAIName.cell] = .integer(called.cell)
        if capturesContent { attributes[GenAIName.toolArguments] = SpanContent.value(called.arguments) }
        begin(
            .call(event.place, called.call), event, "\(GenAIName.executeTool) \(name)", attributes, at: event.place)
    }

    private func agent(_ name: String, id: String?) -> [String: JSONValue] {
        var attributes: [String: JSONValue] = [
            GenAIName.operation: .string(GenAIName.invokeAgent), GenAIName.agentName: .string(name),
            GenAIName.conversation: .string(session),
        ]
        if let id { attributes[GenAIName.agentID] = .string(id) }
        return attributes
    }

    private func tool(_ name: String, callID: String) -> [String: JSONValue] {
        [
            GenAIName.operation: .string(GenAIName.executeTool), GenAIName.toolName: .string(name),
            GenAIName.toolType: "function", GenAIName.toolCallID: .string(callID),
            GenAIName.conversation: .string(session),
        ]
    }

    private mutating func begin(
        _ key: Key, _ event: Event, _ name: String, _ attributes: [String: JSONValue], at place: Place,
        below parent: Place? = nil
    ) {
        open[key] = span(event, name, attributes, below: innermost(parent ?? place), kind: .internal)
        nested[place, default: []].append(key)
    }

    private func span(
        _ event: Event, _ name: String, _ attributes: [String: JSONValue], below key: Key?, kind: Span.Kind
    ) -> Span {
        let parent = key.flatMap { open[$0] }
        let origin = "\(session) \(event.time.bitPattern) \(event.sequence)"
        return Span(
            trace: parent?.trace ?? Span.identifier("trace \(origin)", digits: 32),
            id: Span.identifier("span \(origin)", digits: 16), parent: parent?.id, name: name, kind: kind,
            start: event.time, end: event.time, attributes: attributes)
    }

    /// What is under way at a place, else at the nearest one above it.
    private func innermost(_ place: Place) -> Key? {
        var place: Place? = place
        while let here = place {
            if let key = nested[here]?.last { return key }
            place = here.parent
        }
        return nil
    }

    // MARK: Ending

    private mutating func end(_ key: Key, _ event: Event, _ ending: Ending) -> [Span] {
        guard var span = open.removeValue(forKey: key) else { return [] }
        for place in nested.keys { nested[place]?.removeAll { $0 == key } }
        // A clock that was set back must not make an operation of less than nothing.
        span.end = max(event.time, span.start)
        span.attributes.merge(ending.attributes) { _, new in new }
        if let failure = ending.failure {
            span.failure = failure
            span.attributes[GenAIName.errorType] = .string(failure.bounded)
        }
        return [span]
    }
}
