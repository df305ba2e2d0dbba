internal import LatheVocabulary

/// A replay's answer about specialists: what the user said then, for the same wish, since nothing is decided anew.
struct RecordedSpecialists: SpecialistConsent {
    private let granted: Set<Int>

    /// `events` are those of the session that is followed.
    init(in events: [Event]) {
        granted = Set(
            events.compactMap { event in
                guard case .specialistDecided(let decided) = event.body, decided.decision != .decline else {
                    return nil
                }
                return decided.specialist
            })
    }

    func allows(_ asked: SpecialistAsked, _ decided: SpecialistDecided) async -> Bool? {
        granted.contains(decided.specialist)
    }
}
