package import LatheVocabulary

/// What sessions made of capabilities, and what follows from it.
extension SourceLibrary {
    package func add(_ uses: [SessionUse]) async throws(LibraryError) -> [CapabilityDemoted] {
        try await onQueue { () throws(LibraryError) in
            guard let journal = self.journal else { return [] }
            let new = try journal.add(uses)
            guard let rule = self.demotion else { return [] }
            var (failed, demoted) = (Set<CapabilityUse.Subject>(), [CapabilityDemoted]())
            for use in new.map(\.use) where use.failures > 0 && failed.insert(use.subject).inserted {
                if let one = try self.demote(use.subject, by: rule, journal) { demoted.append(one) }
            }
            return demoted
        }
    }

    /// What all uses of each version come to.
    package func useTotals() async throws(LibraryError) -> [UseTotal] {
        try await onQueue { () throws(LibraryError) in try self.journal?.totals() ?? [] }
    }

    /// Takes its place from what fails too often since it was approved. Nil where it does not, or is not what is approved now.
    private func demote(
        _ subject: CapabilityUse.Subject, by rule: DemotionRule, _ journal: any LibraryJournal
    ) throws(LibraryError) -> CapabilityDemoted? {
        let since = try past().pins[LibraryPast.Key(kind: subject.kind, name: subject.name)]?.sequence ?? 0
        let tallies = try journal.sessions(using: subject, after: since, atMost: DemotionRule.window)
        guard rule.reason(tallies, []) != nil else { return nil }
        let errors = try journal.totals().first { $0.subject == subject }?.errors ?? [:]
        let names = errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        guard let reason = rule.reason(tallies, names) else { return nil }
        let name = try CapabilityName(subject.name)
        return try folder.writing { () throws(LibraryError) in
            guard let capability = try self.entry(subject.kind, name, .approved)?.capability,
                capability.sha256 == subject.sha256, capability.problems.isEmpty,
                [.approved, .deprecated].contains(capability.status)
            else { return nil }
            let found = try self.document(subject.kind, name, .approved)
            try journal.record(LibraryEvent(.demoted, capability, reason: reason), source: found.body)
            var demoted = CapabilityDemoted(
                kind: subject.kind, name: subject.name, version: capability.version, sha256: subject.sha256,
                reason: reason)
            do throws(LibraryError) {
                try self.restate(found, name, "demoted")
            } catch {
                demoted.reason += "; its file still says \(capability.status.rawValue), since \(error.reason)"
            }
            return demoted
        }
    }
}
