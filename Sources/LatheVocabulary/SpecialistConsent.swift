/// Puts to the user what the coordinator's model would grant a subtask that asks for a specialist.
package protocol SpecialistConsent: Sendable {
    /// Whether the user allows it for the subtask at `place`; nil where nobody answered.
    func allows(_ asked: SpecialistAsked, _ decided: SpecialistDecided, at place: Place) async -> Bool?
}
