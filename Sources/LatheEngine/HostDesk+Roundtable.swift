internal import LatheVocabulary

/// The steps of `lathe.roundtable`. What the kernel says of seats and rounds is journaled as it says it, within limits; what a table
/// costs, and which cells its experts really ran, is lathe's to say.
extension HostDesk {
    private static let limits = (question: 4_000, text: 1_000, name: 60, requests: 12, cited: 12, cells: 200)

    func roundtable(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let step = try arguments.text("step", upTo: 16)
        if step == "open" { return try await openTable(arguments) }
        let table = try arguments.integer("table", in: 1...1_000_000)
        let past = try await RoundtablePast(services.log, at: place)
        guard let opened = past.opened[table], past.closed[table] == nil else {
            throw HostRefusal("invalid_arguments", "roundtable: this kernel has no open table \(table)")
        }
        switch step {
        case "seat": try await seat(arguments, opened, past)
        case "round": try await beginRound(arguments, opened, past)
        case "heard": return try await heard(arguments)
        case "close": try await close(arguments, opened)
        default: throw HostRefusal("invalid_arguments", "roundtable: there is no step '\(step)'")
        }
        return [:]
    }

    private func openTable(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard place.depth < services.limits.delegationDepth else {
            throw HostRefusal("not_allowed", "subtasks at depth \(place.depth) may hold no roundtable")
        }
        try requireDelegating()
        let seats = try arguments.integers("seats", upTo: 2)
        let rounds = try arguments.integer("rounds", in: RoundtableBounds.rounds)
        guard let least = seats.first, let most = seats.last, least <= most,
            RoundtableBounds.seats.contains(least), RoundtableBounds.seats.contains(most)
        else { throw HostRefusal("invalid_arguments", "roundtable: seats are 4 to 6") }
        let question = try arguments.text("question", upTo: Self.limits.question)
        let role = try arguments.optionalText("model", upTo: 64)
        _ = try await services.modelForHostCall(role)
        // An expert that joins later may fill the table.
        let bounds = try RoundtableBounds(
            mostSeats: RoundtableBounds.seats.upperBound, rounds: rounds, asked: try arguments.budget("budget"),
            within: spending.budget, models: await services.chain(of: role),
            maxOutputTokens: services.limits.maxOutputTokens)
        let past = try await RoundtablePast(services.log, at: place)
        let number = delegation.numbers.take(
            .roundtable, after: past.newest, orOneOf: past.unbegun(in: cell, question))
        let opened = RoundtableOpened(
            table: number, cell: cell, question: question, leastSeats: least, mostSeats: most, rounds: rounds,
            worst: bounds.worst, questions: bounds.questions)
        delegation.tables.begin(number, bounds.questions)
        if past.opened[number] == nil { try await journal(.roundtableOpened(opened)) }
        return [
            "table": .integer(number), "each": bounds.json, "max_turns": .integer(bounds.maxTurns),
            "told": .string(opened.sentence),
        ]
    }

    private func seat(
        _ arguments: HostArguments, _ opened: RoundtableOpened, _ past: RoundtablePast
    ) async throws(HostRefusal) {
        let known = past.seats[opened.table, default: []]
        let seats = try (arguments.values["seats"]?.arrayValue ?? []).map { one throws(HostRefusal) in
            try Self.seat(one)
        }
        guard known.count + seats.count <= RoundtableBounds.seats.upperBound else {
            throw HostRefusal("limit", "roundtable: a table has at most \(RoundtableBounds.seats.upperBound) seats")
        }
        let asked = try (arguments.values["asked"]?.arrayValue ?? []).prefix(Self.limits.requests).map {
            one throws(HostRefusal) in
            RoundtableRequest(
                by: try Self.text(one, "by", Self.limits.name),
                perspective: try Self.text(one, "perspective", Self.limits.text),
                why: try Self.text(one, "why", Self.limits.text), seat: one["seat"]?.stringValue?.singleLine(upTo: 4),
                declined: one["declined"]?.stringValue?.singleLine(upTo: Self.limits.text))
        }
        let seated = RoundtableSeated(
            table: opened.table, round: try arguments.integer("round", in: 1...opened.rounds),
            obvious: try arguments.optionalText("obvious", upTo: Self.limits.text) ?? "", seats: seats, asked: asked)
        try await journalOnce(.roundtableSeated(seated))
    }

    private func beginRound(
        _ arguments: HostArguments, _ opened: RoundtableOpened, _ past: RoundtablePast
    ) async throws(HostRefusal) {
        let known = Set(past.seats[opened.table, default: []].map(\.key))
        let seats = try arguments.texts("seats", upTo: 4)
        guard !seats.isEmpty, Set(seats).isSubset(of: known), Set(seats).count == seats.count else {
            throw HostRefusal("invalid_arguments", "roundtable: a round is of those who are seated")
        }
        let number = try arguments.integer("round", in: 1...opened.rounds)
        try await journalOnce(
            .roundtableRound(
                RoundtableRound(table: opened.table, round: number, of: opened.rounds, seats: seats)))
    }

    /// Which of the cells that experts cite have not run without an error in their kernels.
    private func heard(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let cited = arguments.values["cited"]?.arrayValue ?? []
        guard cited.count <= Self.limits.cited else {
            throw HostRefusal("limit", "roundtable: at most \(Self.limits.cited) subtasks a round")
        }
        var missing: [JSONValue] = []
        for one in cited {
            let arguments = try HostArguments(HostCall(name: "roundtable", arguments: one))
            let id = try arguments.integer("subtask", in: 1...1_000_000_000)
            guard let outcome = await delegation.registry.outcomes(of: [id], within: 0).first,
                await delegation.registry.owns(place, [id])
            else { throw HostRefusal("not_allowed", "roundtable: \(id) is no subtask of this kernel") }
            for cell in try arguments.integers("cells", upTo: Self.limits.cells)
            where try await !ran(cell, at: outcome.place) {
                missing.append(["subtask": .integer(id), "cell": .integer(cell)])
            }
        }
        return ["missing": .array(missing)]
    }

    private func ran(_ cell: Int, at place: Place) async throws(HostRefusal) -> Bool {
        do throws(JournalError) {
            return try await services.log.result(of: cell, at: place)?.status == .ok
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
    }

    private func close(_ arguments: HostArguments, _ opened: RoundtableOpened) async throws(HostRefusal) {
        guard let status = OutcomeStatus(rawValue: try arguments.text("status", upTo: 16)),
            [.complete, .incomplete, .failed].contains(status)
        else { throw HostRefusal("invalid_arguments", "roundtable: it ends complete, incomplete or failed") }
        let reason = arguments.values["reason"]?.stringValue ?? ""
        try await journal(
            .roundtableClosed(
                RoundtableClosed(
                    table: opened.table, status: status, reason: reason.singleLine(upTo: Self.limits.text),
                    consensus: try arguments.integer("consensus", in: 0...1_000),
                    dissent: try arguments.integer("dissent", in: 0...1_000),
                    failed: try arguments.texts("failed", upTo: 4))))
    }

    private static func seat(_ value: JSONValue) throws(HostRefusal) -> RoundtableSeat {
        RoundtableSeat(
            key: try text(value, "key", 4), name: try text(value, "name", limits.name),
            perspective: try text(value, "perspective", limits.text), stance: try text(value, "stance", limits.text),
            analysis: try text(value, "analysis", limits.text), thinking: try text(value, "thinking", limits.text),
            opposes: (value["opposes"]?.arrayValue ?? []).prefix(10).compactMap {
                $0.stringValue?.singleLine(upTo: limits.name)
            })
    }

    private static func text(_ value: JSONValue, _ name: String, _ limit: Int) throws(HostRefusal) -> String {
        guard let text = value[name]?.stringValue, text.isWithin(limit) else {
            throw HostRefusal("invalid_arguments", "roundtable: \(name) is a text of at most \(limit) characters")
        }
        return text.singleLine(upTo: limit)
    }

    /// A step that was journaled and whose answer was not, since lathe ended between them, is not written twice. Whether it was
    /// written now.
    @discardableResult
    func journalOnce(_ body: EventBody) async throws(HostRefusal) -> Bool {
        do throws(JournalError) {
            let known = try await services.log.events(after: 0, of: [body.kind])
            guard !known.contains(where: { $0.place == place && $0.body == body }) else { return false }
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
        try await journal(body)
        return true
    }
}

/// What the journal says of the roundtables of one place: a fold over its events. Their numbers are the session's.
struct RoundtablePast: Sendable {
    private(set) var opened: [Int: RoundtableOpened] = [:]
    private(set) var seats: [Int: [RoundtableSeat]] = [:]
    private(set) var closed: [Int: RoundtableClosed] = [:]
    private(set) var newest = 0
    private var begun: Set<Int> = []

    init(_ log: EventLog, at place: Place) async throws(HostRefusal) {
        let events: [Event]
        do throws(JournalError) {
            events = try await log.events(
                after: 0, of: [.roundtableOpened, .roundtableSeated, .roundtableRound, .roundtableClosed])
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
        for event in events {
            if case .roundtableOpened(let one) = event.body { newest = max(newest, one.table) }
            if event.place == place { apply(event.body) }
        }
    }

    /// Tables of this cell that were opened, and of which nothing more is known: lathe ended before the kernel was told.
    func unbegun(in cell: Int, _ question: String) -> [Int] {
        opened.values.filter { $0.cell == cell && $0.question == question && !begun.contains($0.table) }.map(\.table)
    }

    private mutating func apply(_ body: EventBody) {
        switch body {
        case .roundtableOpened(let one): opened[one.table] = one
        case .roundtableSeated(let one):
            begun.insert(one.table)
            seats[one.table, default: []] += one.seats
        case .roundtableRound(let one): begun.insert(one.table)
        case .roundtableClosed(let one):
            begun.insert(one.table)
            closed[one.table] = one
        default: break
        }
    }
}
