/// What became of a capability in one event of a session's journal: the end of a cell, or of a subtask of an agent.
///
/// Session, its beginning and the event's number say which event that is, so that it is added up once, however often it is told.
package struct SessionUse: Sendable, Hashable {
    package var use: CapabilityUse
    package var session: String
    /// When the session was begun, since a name may be used again; seconds since 1970-01-01 UTC.
    package var began: Double
    package var sequence: Int
    /// When it happened.
    package var time: Double

    package init(_ use: CapabilityUse, session: String, began: Double, sequence: Int, time: Double) {
        self.use = use
        self.session = session
        self.began = began
        self.sequence = sequence
        self.time = time
    }
}

/// A capability that lost its place, since it failed too often.
package struct CapabilityDemoted: Sendable, Hashable, Codable {
    package var kind: Capability.Kind
    package var name: String
    package var version: Int
    package var sha256: String
    /// How often it failed, in words for a person.
    package var reason: String

    package init(kind: Capability.Kind, name: String, version: Int, sha256: String, reason: String) {
        self.kind = kind
        self.name = name
        self.version = version
        self.sha256 = sha256
        self.reason = reason
    }

    /// What happened, and how it is taken back.
    package var sentence: String {
        """
        The \(kind.rawValue) \(name) was demoted: \(reason). No session can import it any more; 'lathe library approve \(name)' \
        brings it back.
        """
    }
}
