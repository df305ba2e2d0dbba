/// What one agent says to others, or the user to an agent, while they work.
package struct AgentMessage: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case note
        /// Waits for a reply.
        case request
        case reply
        /// Something found that others should know.
        case discovery
        /// The sender needs something of the receiver.
        case need
        case decision
    }

    /// `PLACE:NUMBER`: the sender's place, and 1, 2, 3 … of what it sent.
    package var id: String
    /// Who sent it, as lathe knows and nobody can say otherwise: a place, or the user.
    package var from: Place
    package var to: [Place]
    package var kind: Kind
    /// Free words of the sender's; empty for none.
    package var topic: String
    package var text: String
    package var value: JSONValue?
    package var important: Bool
    /// The message that this replies to.
    package var replyTo: String?
    /// The host call that sent it, and its cell; nil for the user's.
    package var call: Int?
    package var cell: Int?
    /// What its sender had read when it sent it; nil where nobody kept that.
    package var exposure: Exposure?

    package init(
        id: String, from: Place, to: [Place], kind: Kind = .note, topic: String = "", text: String = "",
        value: JSONValue? = nil, important: Bool = false, replyTo: String? = nil, call: Int? = nil, cell: Int? = nil,
        exposure: Exposure? = nil
    ) {
        self.exposure = exposure
        self.id = id
        self.from = from
        self.to = to
        self.kind = kind
        self.topic = topic
        self.text = text
        self.value = value
        self.important = important
        self.replyTo = replyTo
        self.call = call
        self.cell = cell
    }
}

/// Messages have reached the place where this is recorded. Each reaches a place once.
package struct MessageDelivered: Sendable, Hashable, Codable {
    /// Their ids, in the order in which they were sent.
    package var messages: [String]
    /// What the model was told of them; nil where code has read them.
    package var text: String?
    /// The user's words in that text; nil for none.
    package var fromUser: String?
    /// Those of them that the text only counts.
    package var summarised: Int
    /// The cell whose code has read them.
    package var cell: Int?

    package init(
        messages: [String], text: String? = nil, fromUser: String? = nil, summarised: Int = 0, cell: Int? = nil
    ) {
        self.messages = messages
        self.text = text
        self.fromUser = fromUser
        self.summarised = summarised
        self.cell = cell
    }
}

extension Place {
    /// The user, as the sender of a message. No subtask can be there: all are below the coordinator.
    package static let user = Place(path: ["user"])
}
