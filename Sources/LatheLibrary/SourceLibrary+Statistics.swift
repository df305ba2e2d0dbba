package import LatheVocabulary

/// What has been measured, of what lies in the library and of what did.
extension SourceLibrary {
    /// Every version that lies here or was used, what earns its place first.
    package func useRows() async throws(LibraryError) -> [UseRow] {
        try await onQueue { () throws(LibraryError) in
            let events = try self.journal?.events(after: 0) ?? []
            let there = try self.folder.reading(self.judged).map(\.capability)
            var totals: [CapabilityUse.Subject: UseTotal] = [:]
            for total in try self.journal?.totals() ?? [] { totals[total.subject] = total }
            var (versions, since) = ([CapabilityUse.Subject: Int](), [CapabilityUse.Subject: Double]())
            for event in events where event.version > 0 {
                let subject = CapabilityUse.Subject(kind: event.kind, name: event.name, sha256: event.sha256)
                versions[subject] = event.version
                since[subject] = since[subject] ?? event.time
            }
            var rows: [CapabilityUse.Subject: UseRow] = [:]
            for capability in there {
                let subject = capability.subject
                // The same source may wait beside what is approved: it is one version, that which can be used.
                guard rows[subject] == nil || capability.shelf == .approved else { continue }
                rows[subject] = UseRow(
                    subject: subject, version: capability.version, status: capability.status, since: since[subject],
                    total: totals[subject])
            }
            for (subject, total) in totals where rows[subject] == nil {
                rows[subject] = UseRow(
                    subject: subject, version: versions[subject], status: nil, since: since[subject], total: total)
            }
            return rows.values.sorted(by: UseRow.isBefore)
        }
    }
}
