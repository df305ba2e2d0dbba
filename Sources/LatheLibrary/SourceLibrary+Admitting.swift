internal import LatheVocabulary

/// Finding out again whether what is to be approved would be admitted, before it is.
extension SourceLibrary {
    /// What was looked at before an approval: the same must still be there when it is written.
    struct Admission: Sendable, Hashable {
        /// The hash of the files that are approved.
        var shown: String
        /// Of the approved version's tests that they were run against; nil where there were none.
        var earlierSHA256: String?
        /// What the examination gave; nil where lathe had admitted just these files before.
        var report: AdmissionReport?
    }

    /// Throws where the files were changed since lathe admitted them and would not be admitted now. `shown` is the beginning of
    /// the hash that the decision is about; nil for whatever lies there.
    func admitAgain(
        _ kind: Capability.Kind, _ name: CapabilityName, shown: String?
    ) async throws(LibraryError) -> Admission {
        let (proposal, admission, isKnown) = try await onQueue { () throws(LibraryError) in
            try self.folder.reading { () throws(LibraryError) in
                let found = try self.document(kind, name, try self.shelfToApprove(kind, name))
                try self.require(shown, found)
                let proposal = try self.proposalAgain(found, name)
                let admission = Admission(shown: found.shown, earlierSHA256: proposal.earlier?.sha256)
                return (proposal, admission, try self.isAdmitted(found, proposal))
            }
        }
        guard !isKnown else { return admission }
        try await onQueue { () throws(LibraryError) in try self.reader.inspect(proposal) }
        var examined = admission
        examined.report = try await report(on: proposal)
        if let report = examined.report, !report.isAdmitted { throw LibraryError(.refused, report.refusal) }
        return examined
    }

    func shelfToApprove(
        _ kind: Capability.Kind, _ name: CapabilityName
    ) throws(LibraryError) -> Capability.Shelf {
        if try entry(kind, name, .proposed) != nil { return .proposed }
        if try entry(kind, name, .approved) != nil { return .approved }
        throw notFound(kind, name)
    }

    /// Throws where the files are not those whose hash begins so.
    func require(_ shown: String?, _ found: CapabilityDocument) throws(LibraryError) {
        guard let shown, !found.shown.hasPrefix(shown) else { return }
        let name = found.capability.name
        throw LibraryError(
            .refused,
            """
            \(found.capability.path) is not what was shown (\(shown.prefix(16))…, now \(found.shown.prefix(16))…): \
            nothing was decided. Look at it again: lathe library diff \(name)
            """)
    }

    /// What would have to be admitted: a proposal keeps the reasons of its session, and has the approved version's tests to pass.
    func proposalAgain(
        _ found: CapabilityDocument, _ name: CapabilityName
    ) throws(LibraryError) -> CapabilityProposal {
        var proposal = found.proposal
        // An approved file that was edited has its own tests beside it; those before them are not kept.
        guard found.capability.shelf == .proposed else { return proposal }
        let report = try past().proposals[LibraryPast.Key(kind: proposal.kind, name: proposal.name)]?.report
        proposal.breaks = report?.earlier?.breaks ?? [:]
        proposal.leftOut = report?.leftOut ?? []
        proposal.earlier = try earlierTests(of: proposal.kind, name)
        return proposal
    }

    /// Whether lathe admitted just this before: source, tests, and against the same earlier tests.
    private func isAdmitted(
        _ found: CapabilityDocument, _ proposal: CapabilityProposal
    ) throws(LibraryError) -> Bool {
        // What was demoted is still what was approved: a person brings it back as it is.
        let isWhole = found.capability.problems.isEmpty || found.capability.status == .demoted
        guard isWhole, found.capability.status != .changed else { return false }
        let past = try past()
        guard found.capability.shelf == .proposed else { return past.admitted.contains(found.capability.sha256) }
        guard let before = past.proposals[LibraryPast.Key(kind: proposal.kind, name: proposal.name)] else {
            return false
        }
        return before.isOf(found.capability) && before.report?.earlier?.testsSHA256 == proposal.earlier?.sha256
    }
}

extension LibraryPast.Proposed {
    /// Whether source and tests are still what was admitted.
    func isOf(_ capability: Capability) -> Bool {
        sha256 == capability.sha256 && testsSHA256 == capability.testsSHA256
    }
}
