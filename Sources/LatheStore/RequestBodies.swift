internal import LatheVocabulary

/// The texts that requests refer to. Each is read once, however many requests repeat it.
struct RequestBodies: Sendable {
    /// The hashes of a request's system prompt and of its last message, which is empty where it has none.
    struct Hashes: Sendable, Hashable {
        var system: String
        var lastMessage: String
    }

    /// A message, and where in `messages` the one before it is.
    private struct Link: Sendable {
        var message: Message
        var previous: Int?
    }

    private var bodies: [String: StoredBody] = [:]
    private var links: [Link] = []
    private var numbers: [String: Int] = [:]

    /// Reads what a request refers to, through a statement that finds `previous, data` by a hash. One that is missing is told when
    /// the request is read.
    mutating func take(_ hashes: Hashes, from statement: SQLiteStatement) throws(JournalError) {
        for first in [hashes.system, hashes.lastMessage] {
            var next: String? = first
            while let hash = next, !hash.isEmpty, bodies[hash] == nil {
                try statement.bind(hash, at: 1)
                defer { statement.reset() }
                guard try statement.step() else { break }
                let previous = statement.isNull(0) ? nil : statement.text(0)
                bodies[hash] = StoredBody(hash: hash, previous: previous, data: statement.text(1))
                next = previous
            }
        }
    }

    /// Gives a request its texts again.
    mutating func complete(_ request: inout ModelRequest, _ hashes: Hashes) throws(JournalError) {
        request.system = try body(hashes.system).data
        var next = hashes.lastMessage.isEmpty ? nil : try number(of: hashes.lastMessage)
        var messages: [Message] = []
        while let number = next {
            messages.append(links[number].message)
            next = links[number].previous
        }
        messages.reverse()
        request.messages = messages
    }

    /// Reads a message and all before it that were not read yet, the oldest first.
    private mutating func number(of last: String) throws(JournalError) -> Int {
        if let known = numbers[last] { return known }
        var fresh: [StoredBody] = []
        var next: String? = last
        while let hash = next, numbers[hash] == nil {
            // Each hash covers the one before it, so only a file that somebody changed can come back to itself.
            guard fresh.count < bodies.count else {
                throw JournalError(.corrupt, "The body \(hash.prefix(80)) of the journal comes before itself.")
            }
            fresh.append(try body(hash))
            next = fresh.last?.previous
        }
        var previous = next.flatMap { numbers[$0] }
        for body in fresh.reversed() {
            links.append(Link(message: try Self.message(body), previous: previous))
            numbers[body.hash] = links.count - 1
            previous = links.count - 1
        }
        return links.count - 1
    }

    private static func message(_ body: StoredBody) throws(JournalError) -> Message {
        do {
            let value = try JSONValue(parsing: body.data, limits: EventBody.limits)
            return try JSONValueDecoder().decode(Message.self, from: value)
        } catch {
            let reason = (error as? JSONError)?.reason ?? "\(error)"
            throw JournalError(.corrupt, "The body \(body.hash.prefix(80)) of the journal cannot be read: \(reason)")
        }
    }

    private func body(_ hash: String) throws(JournalError) -> StoredBody {
        guard let body = bodies[hash] else {
            throw JournalError(.corrupt, "The journal refers to the body \(hash.prefix(80)), which it does not have.")
        }
        return body
    }
}
