internal import LatheVocabulary

/// Who may delegate to whom, as agents' files say. Decided by lathe, whatever a kernel does.
extension Agent {
    /// Throws where no subtask of it may be begun by code at `place`; `isHandoff` where it is handed over to.
    func requireTaken(from place: Place, isHandoff: Bool, depth: Int) throws(HostRefusal) {
        guard let profile else { return }
        guard profile.mayBeDelegatedTo || isHandoff else {
            throw HostRefusal(
                "not_allowed",
                "agent \(name) may not be delegated to, as MAY_BE_DELEGATED_TO in its file says: hand the work over with "
                    + "lathe.handoff, or take another agent, which lathe.agents(\"what is needed\") names")
        }
        guard profile.role != .orchestrator || place.depth + 1 < depth else {
            throw HostRefusal(
                "not_allowed",
                "agent \(name) only delegates, as ROLE in its file says, and what it would begin here is too deep to "
                    + "delegate: take an agent that works itself, or do it in this kernel")
        }
    }
}

extension HostDesk {
    /// Throws where the agent of this kernel does not delegate.
    func requireDelegating() throws(HostRefusal) {
        guard let profile, !profile.mayDelegate else { return }
        let constant = profile.role == .worker ? "ROLE = \"worker\"" : "MAY_DELEGATE = False"
        throw HostRefusal(
            "not_allowed",
            "agent \(agent ?? "here") does not delegate, as \(constant) in its file says: do the work in this kernel, or answer "
                + "with what is missing")
    }
}
