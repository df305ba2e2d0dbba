/// What code or a person looks for in the library.
package struct CapabilityNeed: Sendable, Hashable {
    package var words: String
    /// The most capabilities that are wanted.
    package var limit: Int
    /// The session that asks: its own proposals are found too.
    package var session: String
    /// The only capabilities that may be found; nil for all.
    package var only: [String]?
    package var purpose: Purpose

    package enum Purpose: Sendable, Hashable {
        /// Somebody asked.
        case search
        /// Nobody asked yet: tools alone, only what fits well, and in fewer words.
        case offer
    }

    package init(
        words: String, limit: Int, session: String, only: [String]? = nil, purpose: Purpose = .search
    ) {
        self.only = only
        self.purpose = purpose
        self.words = words
        self.limit = limit
        self.session = session
    }
}

/// What was found, as code in a kernel is answered.
package struct CapabilityFinding: Sendable, Hashable {
    /// A few lines for a model, within a stated bound.
    package var text: String
    /// Names of what the text shows, best first.
    package var names: [String]
    /// How many capabilities and tools were looked through.
    package var searched: Int
    /// What the user should know of the search itself; not for the kernel.
    package var notices: [String]

    package init(text: String, names: [String], searched: Int, notices: [String] = []) {
        self.notices = notices
        self.text = text
        self.names = names
        self.searched = searched
    }
}

extension CapabilityFinding {
    /// As it travels to a kernel and lies in the journal.
    package var json: JSONValue {
        ["text": .string(text), "names": .array(names.map { .string($0) }), "searched": .integer(searched)]
    }

    /// Reads it back from a journal; nil where the value is something else.
    package init?(_ value: JSONValue) {
        guard let text = value["text"]?.stringValue, let names = value["names"]?.arrayValue else { return nil }
        self.init(
            text: text, names: names.compactMap(\.stringValue), searched: value["searched"]?.integerValue ?? 0)
    }
}
