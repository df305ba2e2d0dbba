internal import LatheVocabulary

/// The host calls by which code in kernels talks to other agents (docs/messages.md).
extension HostDesk {
    // MARK: What the journal keeps by id alone

    /// A recorded answer with what the journal only names in it.
    func whole(_ reply: HostReply, to call: HostCall) -> HostReply {
        guard call.name == "messages", case .value(let value) = reply.outcome else { return reply }
        return .value(delegation.bus.fold.expanded(value, at: place))
    }

    /// The messages that an answer gives and that nobody has read.
    func unread(in answered: HostAnswered) -> [String] {
        guard answered.name == "messages" else { return [] }
        let fold = delegation.bus.fold
        return MessageFold.ids(in: answered).filter { !fold.hasRead(place, $0) }
    }

    // MARK: send

    /// Sends a message of this desk's place; the arguments cannot say whose it is.
    func send(_ arguments: HostArguments, call: Int) async throws(HostRefusal) -> JSONValue {
        var draft = try draft(arguments)
        draft.call = call
        draft.cell = cell
        draft.to = try await receivers(arguments, of: draft)
        let sent = try await delegation.send(draft)
        return sent.answer
    }

    private func draft(_ arguments: HostArguments) throws(HostRefusal) -> AgentMessage {
        let limits = delegation.bus.limits
        let named = try arguments.optionalText("kind", upTo: 20) ?? AgentMessage.Kind.note.rawValue
        guard let kind = AgentMessage.Kind(rawValue: named) else {
            let kinds = AgentMessage.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw HostRefusal("invalid_arguments", "send: kind is one of \(kinds), not '\(named.singleLine(upTo: 20))'")
        }
        let draft = AgentMessage(
            id: "", from: place, to: [], kind: kind,
            topic: try arguments.optionalText("topic", upTo: limits.topicCharacters)?.singleLine(
                upTo: limits.topicCharacters) ?? "",
            text: try arguments.optionalText("text", upTo: limits.bytes) ?? "", value: arguments.present("value"),
            important: try arguments.optionalFlag("important") ?? false,
            replyTo: try arguments.optionalText("reply_to", upTo: 4_000))
        if let objection = draft.objection(limits) { throw objection }
        return draft
    }

    private func receivers(_ arguments: HostArguments, of draft: AgentMessage) async throws(HostRefusal) -> [Place] {
        let fold = delegation.bus.fold
        if let id = draft.replyTo {
            guard let message = fold.messages[id], fold.all(at: place).contains(where: { $0.id == id }) else {
                throw HostRefusal("invalid_arguments", "send: no message \(id.singleLine(upTo: 80)) has come to you")
            }
            guard !fold.hasEnded(message.from) else {
                throw HostRefusal(
                    "gone", "send: \(message.from.description.singleLine(upTo: 120)) has ended; nobody reads a reply")
            }
            return [message.from]
        }
        let addressing = Addressing(
            sender: place, subtasks: await delegation.registry.listing, talks: delegation.bus.talks)
        return try addressing.receivers(try arguments.text("to", upTo: 4_000))
    }

    // MARK: messages

    /// What has come to this place: what nobody has read, all of it, or the replies to one message, for which it may wait. Whoever
    /// gets it has read what its senders had.
    func messages(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let value = try await arrived(arguments)
        let fold = delegation.bus.fold
        let given = (value["messages"]?.arrayValue ?? []).compactMap { one in
            one["id"]?.stringValue.flatMap { fold.messages[$0] }
        }
        do throws(JournalError) {
            try await services.expose(place, to: given, in: cell)
        } catch {
            throw HostRefusal(unwritten: error)
        }
        return value
    }

    private func arrived(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        if let recorded = delegation.bus.recorded?.take(.object(arguments.values), in: cell, at: place) {
            return recorded
        }
        let bus = delegation.bus
        if let id = try arguments.optionalText("reply_to", upTo: 4_000) { return try await replies(to: id, arguments) }
        let isAll = try arguments.optionalFlag("all") ?? false
        let isUrgent = try arguments.optionalFlag("urgent") ?? false
        let skipped = try arguments.optionalInteger("after", in: 0...1_000_000) ?? 0
        let fold = bus.fold
        var arrivals = isAll ? Array(fold.all(at: place).dropFirst(skipped)) : fold.unread(at: place)
        if isUrgent { arrivals = arrivals.filter { $0.missed == nil && fold.messages[$0.id]?.isUrgent == true } }
        return page(arrivals, fold)
    }

    private func page(_ arrivals: [MessageFold.Arrival], _ fold: MessageFold, ended: Bool? = nil) -> JSONValue {
        let limits = delegation.bus.limits
        var (read, bytes) = ([JSONValue](), 0)
        for arrival in arrivals.prefix(limits.perReading) {
            guard let message = fold.messages[arrival.id] else { continue }
            let value = message.forKernel(missed: arrival.missed)
            bytes += value.text.utf8.count
            guard bytes <= limits.readingBytes || read.isEmpty else { break }
            read.append(value)
        }
        var members: [String: JSONValue] = ["messages": .array(read), "more": .integer(arrivals.count - read.count)]
        if let ended { members["ended"] = .bool(ended) }
        return .object(members)
    }

    private func replies(to id: String, _ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        let bus = delegation.bus
        guard let message = bus.fold.messages[id], message.from == place else {
            throw HostRefusal("invalid_arguments", "messages: you sent no message \(id.singleLine(upTo: 80))")
        }
        let seconds = arguments.present("seconds")?.numberValue ?? 0
        if seconds > 0 { await bus.waitForReply(to: id, at: place, seconds: min(seconds, bus.limits.longestWait)) }
        let fold = bus.fold
        let replies = fold.replies(to: id, at: place)
        return page(replies, fold, ended: replies.isEmpty && message.to.allSatisfy(fold.hasEnded))
    }
}

extension AgentMessage {
    /// What the sending code is told; the journal of the message itself says as much.
    var answer: JSONValue { ["message": .string(id), "to": .array(to.map { .string($0.description) })] }

    /// Why it cannot be sent: nothing in it, too much, or another form than its kind has.
    fileprivate func objection(_ limits: MessageLimits) -> HostRefusal? {
        guard !text.allSatisfy(\.isWhitespace) || value != nil else {
            return HostRefusal("invalid_arguments", "send: there is neither text nor value")
        }
        let bytes = text.utf8.count + topic.utf8.count + (value?.text.utf8.count ?? 0)
        guard bytes <= limits.bytes else {
            return HostRefusal(
                "limit",
                "send: the message has \(bytes) bytes, more than \(limits.bytes) (limits.messageBytes); put data into your result and say here what it is"
            )
        }
        guard value?.allData.isEmpty != false else {
            return HostRefusal("invalid_arguments", "send: data travels in results and slices, not in messages")
        }
        if (kind == .reply) != (replyTo != nil) {
            return HostRefusal("invalid_arguments", "send: a reply, and nothing else, names the message it replies to")
        }
        let misfits = MessageForm.misfits(of: self)
        guard misfits.isEmpty else {
            return HostRefusal("invalid_arguments", "send: \(kind.rawValue): \(misfits.joined(separator: "; "))")
        }
        return nil
    }
}
