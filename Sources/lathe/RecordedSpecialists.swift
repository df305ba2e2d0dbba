internal import LatheVocabulary
internal import Synchronization

/// A replay's answer about specialists: what was granted, or declined by the user, then, for the same wish of the same subtask, since
/// nothing is decided anew. Numbers say nothing here: subtasks that ask at once may do so in another order.
final class RecordedSpecialists: SpecialistConsent {
    private struct Wish: Hashable {
        var place: Place
        var need: String
        var why: String
    }

    /// In the order of the journal.
    private let answers: Mutex<[Wish: [Bool]]>

    /// `events` are those of the session that is followed.
    init(in events: [Event]) {
        var (asked, answers): ([Int: Wish], [Wish: [Bool]]) = ([:], [:])
        for event in events {
            switch event.body {
            case .specialistAsked(let one):
                asked[one.specialist] = Wish(place: event.place, need: one.need, why: one.why)
            case .specialistDecided(let decided) where decided.decision != .decline || decided.decided == .user:
                guard let wish = asked[decided.specialist] else { continue }
                answers[wish, default: []].append(decided.decision != .decline)
            default: break
            }
        }
        self.answers = Mutex(answers)
    }

    /// Nil, as where nobody answered, for what nobody granted or declined then.
    func allows(_ asked: SpecialistAsked, _ decided: SpecialistDecided, at place: Place) async -> Bool? {
        let wish = Wish(place: place, need: asked.need, why: asked.why)
        return answers.withLock { answers in
            guard let next = answers[wish]?.first else { return nil }
            answers[wish]?.removeFirst()
            return next
        }
    }
}
