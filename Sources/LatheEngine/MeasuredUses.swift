internal import LatheVocabulary

/// Brings what the session's journal says of capabilities to the library, which adds it up.
///
/// The journal comes first: what a lathe that was killed had not brought is brought when the session is next opened, and what
/// is brought twice counts once.
actor MeasuredUses {
    private let session: String
    private let log: EventLog
    private let library: any CapabilityLibrary
    private var fold = UseFold()
    /// Whether it was told that the library takes nothing.
    private var hasTold = false
    private weak var coordinator: KernelSeat?

    init(session: String, log: EventLog, library: any CapabilityLibrary) {
        self.session = session
        self.log = log
        self.library = library
    }

    /// Begins with what earlier program runs left. `coordinator` is told what is demoted.
    func begin(_ past: UseFold, coordinator: KernelSeat) {
        fold = past
        self.coordinator = coordinator
    }

    /// Brings what is new in the journal. What the library does not take is told once, and brought again when the session is
    /// next opened.
    func carry() async throws(JournalError) {
        for event in try await log.events(after: fold.sequence, of: fold.kinds) { fold.apply(event) }
        guard let began = fold.began else { return }
        let uses = fold.takeFound().map {
            SessionUse($0.use, session: session, began: began, sequence: $0.sequence, time: $0.time)
        }
        guard !uses.isEmpty else { return }
        let demoted: [CapabilityDemoted]
        do throws(LibraryError) {
            demoted = try await library.add(uses)
        } catch {
            guard !hasTold else { return }
            hasTold = true
            let text = """
                Uses of capabilities are not added up at present, since the library does not take them (\(error.reason)). They are \
                in the session's journal, and are added when the session is next opened.
                """
            return try await tell(text)
        }
        for one in demoted {
            try await log.record(.capabilityDemoted(one), at: .coordinator)
            await coordinator?.note(problem: one.sentence)
        }
    }

    private func tell(_ text: String) async throws(JournalError) {
        try await log.record(.notice(Notice(.warning, text)), at: .coordinator)
    }
}

extension KernelSeat {
    /// What is told where a kernel names capabilities that it does not have.
    static func strange(_ count: Int, in cell: Cell) -> String {
        """
        The kernel of cell \(cell.number) named \(count) uses of capabilities that it was not given. They do not count.
        """
    }
}
