/// What matters to what code of a place may send out: what it can know, whose words it has read, what it has sent.
package struct Exposure: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// It can know what is the user's: inputs, results of tools that read the user's things.
        case `private`
        /// It has read what others wrote.
        case untrusted
        /// It has called a tool that can carry data out.
        case sent

        /// What goes along with words from place to place.
        package static let read: [Kind] = [.private, .untrusted]

        package var word: String {
            switch self {
            case .private: "PRIVATE"
            case .untrusted: "UNTRUSTED"
            case .sent: "SENT"
            }
        }
    }

    /// What each comes from, in words: the first that there was.
    package private(set) var causes: [Kind: String]

    package init(_ causes: [Kind: String] = [:]) { self.causes = causes }

    package func has(_ kind: Kind) -> Bool { causes[kind] != nil }

    /// Of these kinds, with their causes.
    package func only(_ kinds: [Kind]) -> Exposure { Exposure(causes.filter { kinds.contains($0.key) }) }

    /// Adds what is new of another, with its causes.
    package mutating func merge(_ other: Exposure) {
        causes.merge(other.causes) { first, _ in first }
    }

    /// Such as `PRIVATE (input flights) and UNTRUSTED (web/fetch)`; empty for nothing. What was sent is left out.
    package var read: String { text(of: Kind.read) }

    package var text: String { text(of: Kind.allCases) }

    private func text(of kinds: [Kind]) -> String {
        let parts = kinds.compactMap { kind in causes[kind].map { "\(kind.word) (\($0))" } }
        guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }
}

/// Written `{"private": "input flights", "untrusted": "web/fetch"}`.
extension Exposure: Codable {
    package init(from decoder: any Decoder) throws {
        let told = try decoder.singleValueContainer().decode([String: String].self)
        let known = told.compactMap { name, cause in Kind(rawValue: name).map { ($0, cause) } }
        self.init(Dictionary(known) { first, _ in first })
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(causes.map { ($0.key.rawValue, $0.value) }) { first, _ in first })
    }
}

/// A place has read something of a kind that it had not read before.
package struct Exposed: Sendable, Hashable, Codable {
    /// 0 outside of a cell.
    package var cell: Int
    package var kinds: [Exposure.Kind]
    /// The tool, as `SERVER/TOOL`, or whose result, words or branch it took, and what that had read.
    package var cause: String

    package init(cell: Int, kinds: [Exposure.Kind], cause: String) {
        self.cell = cell
        self.kinds = kinds
        self.cause = cause
    }

    /// For the screens; nil for what is not told while it works.
    package var sentence: String? {
        guard kinds.contains(.untrusted) else { return nil }
        return "has read what others wrote (\(cause)): tools that can carry data out are asked about from now on"
    }
}

/// The exposure of each place of a session, as a fold over its events.
///
/// A place counts as having read what those above it have read: its task and its slices come from there. What it read itself comes
/// to others only with its result or a message of its own, and then there is an event for it at their place.
package struct Exposures: Sendable, Hashable {
    private var own: [Place: Exposure] = [:]

    package init() {}

    package init(_ events: [Event]) {
        for event in events { apply(event) }
    }

    package mutating func apply(_ event: Event) {
        switch event.body {
        case .sessionOpened(let opened): apply(inputs: opened.inputs)
        case .exposed(let exposed): apply(exposed, at: event.place)
        case .toolUsed(let use) where use.isWayOut == true:
            own[event.place, default: Exposure()].merge(Exposure([.sent: "\(use.server)/\(use.tool)"]))
        default: break
        }
    }

    package mutating func apply(_ exposed: Exposed, at place: Place) {
        let causes = Dictionary(exposed.kinds.map { ($0, exposed.cause) }) { first, _ in first }
        own[place, default: Exposure()].merge(Exposure(causes))
    }

    /// What the user gave the session is private.
    package mutating func apply(inputs: [DataInput]) {
        guard !inputs.isEmpty else { return }
        let names = inputs.map(\.name).sorted()
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        let cause = (names.count > 1 ? "inputs " : "input ") + names.prefix(3).joined(separator: ", ") + more
        own[.coordinator, default: Exposure()].merge(Exposure([.private: cause]))
    }

    /// Of a place and of all above it.
    package func of(_ place: Place) -> Exposure {
        var exposure = own[place] ?? Exposure()
        var above = place.parent
        while let place = above {
            if let more = own[place] { exposure.merge(more) }
            above = place.parent
        }
        return exposure
    }

    /// Of the whole session, subtasks included.
    package var all: Exposure {
        own.sorted { $0.key.depth < $1.key.depth }.reduce(into: Exposure()) { $0.merge($1.value) }
    }
}
