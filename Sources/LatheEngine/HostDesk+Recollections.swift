internal import LatheVocabulary

/// The host calls by which code works with what the project remembers. Source, place and date are lathe's to say: a call that names
/// them is not listened to.
extension HostDesk {
    /// Keeps a fact for later sessions.
    func remember(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let memory = try usableRecollections()
        try mayRemember(memory, "remember")
        // The rules cut nothing and say what is too long; this only bounds what they look at.
        let text = try arguments.text("text", upTo: 4_000)
        let about = try arguments.optionalText("about", upTo: 4_000) ?? ""
        let until = try arguments.optionalText("until", upTo: 40)
        let isQuoted = try arguments.optionalFlag("quoted") ?? false
        try await hasRoom()
        var marks: [Recollection.Mark] = isQuoted ? [.quoted] : []
        if try await hasReadOthers() { marks.append(.others) }
        let fact = Recollection(
            kind: .fact, text: text, about: about,
            origin: RecollectionOrigin(
                by: .code, session: services.session, place: place, cell: cell, time: RunClock.shared.now),
            marks: marks, until: until)
        let added = try await attempt { () async throws(RecollectionError) in try await memory.recollections.add(fact) }
        if added.isNew {
            try await journal(
                .remembered(
                    Remembered(
                        cell: cell, id: added.id, text: text, about: about, marks: marks, until: until,
                        replaced: added.replaced)))
        }
        return [
            "id": .integer(added.id), "new": .bool(added.isNew),
            "replaced": .array(added.replaced.map { .integer($0) }),
            "beside": .array(added.beside.map { .integer($0) }),
            "marks": .array(marks.map { .string($0.rawValue) }),
        ]
    }

    /// Finds what earlier sessions left, and which capabilities of the library fit the same words.
    func recall(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let memory = try usableRecollections()
        guard memory.recalls else { throw Self.off("recall", "nothing is recalled") }
        let query = try arguments.text("query", upTo: RecollectionLimits.queryCharacters)
        let limit = try arguments.optionalInteger("limit", in: 1...RecollectionLimits.recalled) ?? 5
        let need = RecollectionNeed(words: query, limit: limit, purpose: .question)
        var found = try await attempt { () async throws(RecollectionError) in
            try await memory.recollections.recall(need)
        }
        if let line = await capabilities(for: query) { found.text += "\n" + line }
        let marked = found.items.count { !$0.marks.isEmpty }
        if !found.items.isEmpty {
            try await journal(.recalled(Recalled(cell: cell, ids: found.items.map(\.id), marked: marked)))
        }
        if marked > 0 { try await expose(to: [.untrusted], by: "marked recollections") }
        return [
            "text": .string(found.text), "items": .array(found.items.map(\.recalled)),
            "searched": .integer(found.searched),
        ]
    }

    /// Removes a fact that code of this session said.
    func forget(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let memory = try usableRecollections()
        try mayRemember(memory, "forget")
        guard let id = try arguments.optionalInteger("id", in: 1...Int(Int32.max)) else {
            throw HostRefusal("invalid_arguments", "forget: id is missing; lathe.recall shows numbers")
        }
        _ = try await attempt { [services] () async throws(RecollectionError) in
            try await memory.recollections.forget(id, saidIn: services.session)
        }
        try await journal(.forgotten(Forgotten(cell: cell, id: id)))
        return ["id": .integer(id)]
    }

    // MARK: Who may

    private func usableRecollections() throws(HostRefusal) -> SessionRecollections {
        guard let memory = services.recollections else {
            throw HostRefusal("not_allowed", "this run remembers and recalls nothing (--no-memory)")
        }
        return memory
    }

    private func mayRemember(_ memory: SessionRecollections, _ call: String) throws(HostRefusal) {
        switch memory.remembering {
        case .nobody: throw Self.off("remember", "nothing is remembered")
        case .session where place.depth > 0:
            throw HostRefusal(
                "not_allowed",
                "\(call): a subtask only recalls; return the fact, and let the session remember it")
        case .session, .subtasks: return
        }
    }

    private static func off(_ setting: String, _ what: String) -> HostRefusal {
        HostRefusal("not_allowed", "\(what) here: memory.\(setting) is off in lathe.json")
    }

    private func hasRoom() async throws(HostRefusal) {
        let most = RecollectionLimits.factsPerRun
        let done = try await events(of: [.sessionOpened, .remembered]).reduce(0) { count, event in
            if case .sessionOpened = event.body { 0 } else { count + 1 }
        }
        guard done < most else {
            throw HostRefusal(
                "limit",
                "remember: \(most) facts were remembered in this run, the most there may be; keep what will matter")
        }
    }

    /// Whether the session has read what others wrote, in this or an earlier program run.
    private func hasReadOthers() async throws(HostRefusal) -> Bool {
        try await events(of: [.toolUsed, .exposed, .recalled]).contains { $0.body.bringsWordsOfOthers }
    }

    private func events(of kinds: Set<EventBody.Kind>) async throws(HostRefusal) -> [Event] {
        do throws(JournalError) {
            return try await services.log.events(after: 0, of: kinds)
        } catch {
            throw HostRefusal("not_allowed", "the journal cannot be read: \(error.reason)")
        }
    }

    private func attempt<T: Sendable>(
        _ body: () async throws(RecollectionError) -> T
    ) async throws(HostRefusal) -> T {
        do throws(RecollectionError) {
            return try await body()
        } catch {
            throw HostRefusal(error)
        }
    }

    /// What the project can do already is in the library: named here, kept there alone.
    private func capabilities(for query: String) async -> String? {
        let need = CapabilityNeed(words: query, limit: 2, session: services.session, only: allowance?.names)
        guard let found = try? await services.library.find(need, among: nil), !found.names.isEmpty else { return nil }
        let names = found.names.map { $0.singleLine(upTo: 64) }.joined(separator: ", ")
        return "In the library: \(names); lathe.find shows them."
    }
}

extension HostRefusal {
    init(_ error: RecollectionError) {
        let code =
            switch error.code {
            case .refused: "refused"
            case .notFound: "invalid_arguments"
            case .limit: "limit"
            case .notAllowed: "not_allowed"
            case .unreadable: "memory"
            case .unrecorded: "not_recorded"
            }
        self.init(code, error.reason)
    }
}

extension Recollection {
    /// As code gets it.
    fileprivate var recalled: JSONValue {
        var members: [String: JSONValue] = [
            "id": .integer(id), "kind": .string(kind.rawValue), "text": .string(text), "about": .string(about),
            "by": .string(origin.by.rawValue), "session": origin.session.map { .string($0) } ?? .null,
            "time": .number(origin.time), "day": .string(Day.of(origin.time)),
            "marks": .array(marks.map { .string($0.rawValue) }), "until": until.map { .string($0) } ?? .null,
        ]
        guard let episode else { return .object(members) }
        members["status"] = .string(episode.status.rawValue)
        members["answer"] = .string(episode.answer)
        members["artifacts"] = .array(episode.artifacts.map { .string($0) })
        return .object(members)
    }
}
