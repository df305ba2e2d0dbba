/// What happened to a capability: proposed by a session, decided by a person, or seen for the first time.
package struct LibraryEvent: Sendable, Hashable, Codable {
    package enum Action: String, Sendable, Codable, CaseIterable {
        /// A session saved it.
        case proposed
        /// A session wanted to save it, and it was not admitted. Nothing was written.
        case refused
        /// A person edited what waits, and that was admitted in its place.
        case edited
        case approved
        case changesAsked = "changes_asked"
        /// Its proposal was taken away; the source is kept.
        case rejected
        case deprecated
        case demoted
        /// Approved by others, as its file said when it was used here for the first time.
        case trusted
    }

    /// 1, 2, 3 … in the library's journal; 0 before it is written.
    package var sequence: Int
    /// Seconds since 1970-01-01 UTC; 0 before it is written.
    package var time: Double
    package var action: Action
    package var kind: Capability.Kind
    package var name: String
    package var version: Int
    /// Of the source; empty where there was none to hash.
    package var sha256: String
    package var testsSHA256: String?
    /// Who decided; nil where it was no person.
    package var reviewer: String?
    package var session: String?
    /// A reviewer's reason or note, or why it was refused or demoted.
    package var reason: String?
    package var report: AdmissionReport?
    /// What the session ran with that made it; nil where that is not known.
    package var origin: CapabilityOrigin?

    package init(
        _ action: Action, kind: Capability.Kind, name: String, version: Int, sha256: String, testsSHA256: String? = nil,
        reviewer: String? = nil, session: String? = nil, reason: String? = nil, report: AdmissionReport? = nil
    ) {
        (sequence, time) = (0, 0)
        self.action = action
        self.kind = kind
        self.name = name
        self.version = version
        self.sha256 = sha256
        self.testsSHA256 = testsSHA256
        self.reviewer = reviewer
        self.session = session
        self.reason = reason
        self.report = report
    }

    package init(
        _ action: Action, _ capability: Capability, reviewer: String? = nil, session: String? = nil,
        reason: String? = nil, report: AdmissionReport? = nil
    ) {
        self.init(
            action, kind: capability.kind, name: capability.name, version: capability.version,
            sha256: capability.sha256, testsSHA256: capability.testsSHA256, reviewer: reviewer, session: session,
            reason: reason, report: report)
        origin = capability.origin
    }
}

/// The library's own journal: append-only, of this machine, beside the sessions. All calls block.
package protocol LibraryJournal: Sendable {
    /// Writes an event, and the source that it is about by its hash, before anyone acts on it.
    func record(_ event: LibraryEvent, source: String?) throws(LibraryError)

    /// All events above `sequence`, oldest first.
    func events(after sequence: Int) throws(LibraryError) -> [LibraryEvent]

    /// A source that an event was about; nil where it is not known.
    func source(_ sha256: String) throws(LibraryError) -> String?

    /// Writes uses, each event of a session once; returns those that were new.
    func add(_ uses: [SessionUse]) throws(LibraryError) -> [SessionUse]

    /// What all uses of each version come to.
    func totals() throws(LibraryError) -> [UseTotal]

    /// The newest uses of a version after the library's event `sequence` and after a time, newest first.
    func uses(
        of subject: CapabilityUse.Subject, after sequence: Int, since time: Double, atMost limit: Int
    ) throws(LibraryError) -> [SessionUse]

    /// What a version came to in each of the newest sessions that used it after the library's event `sequence`, newest first.
    func sessions(
        using subject: CapabilityUse.Subject, after sequence: Int, atMost limit: Int
    ) throws(LibraryError) -> [UseTally]
}
