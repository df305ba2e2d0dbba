internal import LatheVocabulary

/// Tool calls and questions that code begins in the background.
extension Delegation {
    /// Reads and checks a `begin` call whole, and gives each its number. None begins before `begin`, so that a call without an
    /// answer in the journal has done nothing.
    func admitCalls(
        _ arguments: HostArguments, from desk: HostDesk
    ) async throws(HostRefusal) -> (value: JSONValue, calls: [BackgroundCall]) {
        let requests = arguments.values["calls"]?.arrayValue ?? []
        let limits = services.limits
        guard (1...limits.callsPerBegin).contains(requests.count) else {
            throw HostRefusal(
                "limit", "begin: 1 to \(limits.callsPerBegin) calls at once, not \(requests.count)")
        }
        var read: [(BackgroundCall.Request, label: String, note: JSONValue?)] = []
        for request in requests { read.append(try await Self.read(request, services)) }
        let given = try await registry.begin(
            read.map { (SubtaskRegistry.Entry.Kind($0.0), $0.label, $0.note) }, owner: desk.place,
            atMost: limits.openCalls)
        let calls = zip(read, given).map { one, given in
            BackgroundCall(
                id: given.id, label: one.label, place: given.place, cell: desk.cell, request: one.0, desk: desk)
        }
        let subtasks = calls.map { call -> JSONValue in
            ["id": .integer(call.id), "label": .string(call.label), "uri": .string("subtask://\(call.id)")]
        }
        return (["subtasks": .array(subtasks)], calls)
    }

    /// Lets calls begin, each when there is room for it.
    func begin(_ calls: [BackgroundCall]) async {
        for call in calls {
            let gate = call.request.kind == .tool ? toolCalls : questions
            let task = Task {
                // One that is cancelled before there is room says so by itself.
                let isIn = await gate.enter()
                let outcome = await call.perform()
                if isIn { await gate.leave() }
                await self.registry.finish(outcome)
            }
            await registry.attach(task, to: call.id)
        }
    }

    private static func read(
        _ request: JSONValue, _ services: EngineServices
    ) async throws(HostRefusal) -> (BackgroundCall.Request, label: String, note: JSONValue?) {
        let name = request["call"]?.stringValue ?? ""
        let arguments = try HostArguments(HostCall(name: name, arguments: request["arguments"] ?? .null))
        let note = request["note"].flatMap { $0.text.utf8.count <= 1_000 ? $0 : nil }
        switch name {
        case "tool_call":
            let server = try arguments.text("server", upTo: HostDesk.toolNameCharacters)
            let tool = try arguments.text("name", upTo: HostDesk.toolNameCharacters)
            guard arguments.values["arguments"]?.objectValue != nil else {
                throw HostRefusal("invalid_arguments", "tool_call: arguments must be an object")
            }
            return (.tool(arguments), "\(server)/\(tool)".singleLine(upTo: 120), note)
        case "ask_model":
            let prompt = try arguments.text("prompt", upTo: services.limits.instructionCharacters)
            _ = try HostDesk.questionForm(arguments)
            let model = try await services.modelForHostCall(try arguments.optionalText("model", upTo: 64))
            return (.question(arguments, model: model), prompt.singleLine(upTo: 60), note)
        default:
            throw HostRefusal(
                "invalid_arguments", "begin: '\(name.singleLine(upTo: 64))' does not run in the background")
        }
    }

    // MARK: Earlier program runs

    /// Goes on with what a place had in the background when lathe ended. A tool call that was sent is never sent again: nobody
    /// knows what it did. Gives the labels of those.
    @discardableResult
    func takeUpCalls(of desk: HostDesk) async -> [String] {
        var (calls, unknown): ([BackgroundCall], [String]) = ([], [])
        for past in past.takeCalls(of: desk.place) {
            do throws(HostRefusal) {
                let (request, label, note) = try await Self.read(past.request, services)
                guard !past.isStarted || request.kind == .question else {
                    unknown.append("\(label) (subtask://\(past.id))")
                    await end(past, .unknownOutcome)
                    continue
                }
                let place = await registry.take(
                    past.id, SubtaskRegistry.Entry.Kind(request), label: label, owner: desk.place, note: note)
                var call = BackgroundCall(
                    id: past.id, label: label, place: place, cell: past.cell, request: request, desk: desk)
                call.turnsSoFar = past.turns
                calls.append(call)
            } catch {
                await end(past, error)
            }
        }
        await begin(calls)
        return unknown
    }

    /// Ends what nobody goes on with, at `place` and below, or everywhere.
    func abandonCalls(below place: Place?, _ reason: String) async {
        for past in past.takeCalls(below: place) {
            await end(past, past.isStarted ? .unknownOutcome : HostRefusal("cancelled", reason))
        }
    }

    private func end(_ past: CallPast, _ refusal: HostRefusal) async {
        let place = await registry.take(
            past.id, past.kind == .tool ? .tool : .question, label: past.label, owner: past.owner, note: past.note)
        var outcome = SubtaskOutcome(id: past.id, label: past.label, place: place, status: .failed)
        outcome.fail(refusal)
        // A journal that cannot be written stops the work at its next record.
        _ = try? await services.log.record(.backgroundFinished(outcome), at: past.owner)
        await registry.finish(outcome)
    }
}

extension HostRefusal {
    /// Of a call that was sent when lathe ended.
    static let unknownOutcome = HostRefusal(
        "unknown_outcome",
        "lathe ended while it was under way: nobody knows whether it was done, and it is not repeated. Look before you call it again"
    )
}

extension SubtaskRegistry.Entry.Kind {
    init(_ request: BackgroundCall.Request) {
        self = request.kind == .tool ? .tool : .question
    }
}
