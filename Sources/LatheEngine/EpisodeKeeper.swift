internal import LatheVocabulary

/// Brings what a session's tasks came to, to what the project remembers.
///
/// The journal comes first: what a lathe that was killed had not brought is brought when the session is next opened, and what is
/// brought twice is kept once.
actor EpisodeKeeper {
    private let session: String
    private let log: EventLog
    private let recollections: SessionRecollections?
    private var fold = EpisodeFold()
    /// Whether it was told that nothing is taken.
    private var hasTold = false

    init(session: String, log: EventLog, recollections: SessionRecollections?) {
        self.session = session
        self.log = log
        self.recollections = recollections
    }

    /// Begins with what earlier program runs left.
    func begin(_ past: EpisodeFold) { fold = past }

    /// Brings what is new in the journal. What is not taken is told once, and brought again when the session is next opened.
    func carry() async throws(JournalError) {
        guard let recollections, recollections.keepsEpisodes else { return }
        for event in try await log.events(after: fold.sequence, of: EpisodeFold.kinds) { fold.apply(event) }
        let found = fold.takeFound().map { one in
            var one = one
            one.origin.session = session
            return one
        }
        guard !found.isEmpty else { return }
        do throws(RecollectionError) {
            try await recollections.recollections.add(episodes: found)
        } catch {
            guard !hasTold else { return }
            hasTold = true
            let text =
                "What this task came to is not remembered at present (\(error.reason)). It is in the session's journal, and "
                + "is remembered when the session is next opened."
            try await log.record(.notice(Notice(.warning, text)), at: .coordinator)
        }
    }
}
