internal import LatheVocabulary

/// What the library's journal says of each capability, as a fold over its events.
struct LibraryPast: Sendable, Hashable {
    struct Key: Sendable, Hashable {
        var kind: Capability.Kind
        var name: String
    }

    /// What was approved on this machine, or trusted when it was first seen.
    struct Pin: Sendable, Hashable {
        var version: Int
        var sha256: String
        var testsSHA256: String?
        var status: Capability.Status
        var reason: String?
        /// Of the event that it follows from.
        var sequence: Int
    }

    /// A proposal as it was when it was admitted.
    struct Proposed: Sendable, Hashable {
        var sha256: String
        var testsSHA256: String?
        /// What was found out about it before it was written; nil where nothing was examined.
        var report: AdmissionReport?
        /// Who edited it; nil for what a session saved.
        var editor: String?
        /// Seconds since 1970-01-01 UTC of the first proposal that has waited since.
        var since: Double
    }

    private(set) var pins: [Key: Pin] = [:]
    /// A reviewer's wish for a proposal that waits for changes, by the hash that it was about.
    private(set) var notes: [Key: String] = [:]
    /// The proposals that wait.
    private(set) var proposals: [Key: Proposed] = [:]
    /// Sources that lathe itself admitted.
    private(set) var admitted: Set<String> = []

    /// The newest event that is in it.
    private(set) var sequence = 0

    mutating func add(_ events: [LibraryEvent]) {
        for event in events {
            sequence = max(sequence, event.sequence)
            let key = Key(kind: event.kind, name: event.name)
            switch event.action {
            case .approved:
                pins[key] = Pin(event, .approved)
                (notes[key], proposals[key]) = (nil, nil)
                admitted.insert(event.sha256)
            case .trusted:
                // Its next version may wait beside it.
                pins[key] = Pin(event, .approved)
                admitted.insert(event.sha256)
            case .deprecated: pins[key] = Pin(event, .deprecated)
            case .demoted: pins[key] = Pin(event, .demoted)
            case .proposed, .edited:
                admitted.insert(event.sha256)
                notes[key] = nil
                proposals[key] = Proposed(
                    sha256: event.sha256, testsSHA256: event.testsSHA256, report: event.report,
                    editor: event.reviewer,
                    since: proposals[key]?.since ?? event.time)
            case .changesAsked: notes[key] = event.reason
            case .rejected: (notes[key], proposals[key]) = (nil, nil)
            case .refused: break
            }
        }
    }

    /// A capability as its file says, with what this machine knows of it.
    ///
    /// The file's status counts where it allows less than the pin's, and the pin's where that allows less: a colleague who
    /// deprecates is heard, and a file that is taken back to what it was is still what it became here.
    func judged(_ capability: Capability, _ trust: LibraryTrust) -> Capability {
        guard trust == .pins, capability.shelf == .approved, capability.status != .changed,
            capability.problems.isEmpty, let pin = pins[Key(kind: capability.kind, name: capability.name)]
        else { return capability }
        var judged = capability
        guard pin.sha256 == capability.sha256, pin.testsSHA256 == capability.testsSHA256 else {
            judged.status = .changed
            judged.problems = [
                """
                it is not what was approved here (version \(pin.version), \(pin.sha256.prefix(12))…): look at 'lathe \
                library diff \(capability.name)', then approve it, or restore the file
                """
            ]
            return judged
        }
        if capability.status == .approved { judged.status = pin.status }
        if judged.status == .demoted, let reason = pin.reason { judged.problems = ["it was demoted: \(reason)"] }
        return judged
    }
}

extension LibraryPast.Pin {
    fileprivate init(_ event: LibraryEvent, _ status: Capability.Status) {
        self.init(
            version: event.version, sha256: event.sha256, testsSHA256: event.testsSHA256, status: status,
            reason: event.reason, sequence: event.sequence)
    }
}
