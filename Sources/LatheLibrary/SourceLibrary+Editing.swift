internal import Foundation
package import LatheVocabulary

/// What a person edited takes the place of what waits, once it is admitted like a new proposal.
extension SourceLibrary {
    /// The proposal as it is after that. Nothing changes where it is not admitted (`.refused`, with all that is to be mended), or
    /// where what lies there is not what was shown, whose hash begins with `shown`.
    ///
    /// `fixtures` nil leaves the files that its tests read as they are. Where it comes from stays as it was; its block is written anew. The journal names who edited it.
    package func edit(
        _ kind: Capability.Kind, named name: String, source: String, tests: String,
        fixtures: [String: [UInt8]]? = nil, shown: String, by reviewer: String
    ) async throws(LibraryError) -> Capability {
        let name = try CapabilityName(name)
        let proposal = try await onQueue { () throws(LibraryError) in
            try self.folder.reading { () throws(LibraryError) in
                let found = try self.waiting(kind, name)
                try self.require(shown, found)
                var proposal = try self.proposalAgain(found, name)
                (proposal.source, proposal.tests) = (source, tests)
                proposal.fixtures = fixtures ?? proposal.fixtures
                proposal = try self.reader.tidied(proposal)
                try CapabilityFiles.check(tests: proposal.tests, fixtures: proposal.fixtures)
                try self.reader.inspect(proposal)
                return proposal
            }
        }
        let report = try await examiner?.examine(proposal)
        if let report, !report.isAdmitted { throw LibraryError(.refused, report.refusal) }
        return try await onQueue { () throws(LibraryError) in
            try self.folder.writing { () throws(LibraryError) in
                try self.replace(proposal, name, report, shown: shown, by: reviewer)
            }
        }
    }

    private func replace(
        _ proposal: CapabilityProposal, _ name: CapabilityName, _ report: AdmissionReport?, shown: String,
        by reviewer: String
    ) throws(LibraryError) -> Capability {
        let found = try waiting(proposal.kind, name)
        try require(shown, found)
        guard try earlierTests(of: proposal.kind, name) == proposal.earlier else {
            throw LibraryError(
                .refused, "The approved \(name) changed while your edit was examined. Edit it once more.")
        }
        let tests = try CapabilityFiles.testsSHA256(
            name.description, tests: proposal.tests, fixtures: proposal.fixtures)
        let block = CapabilityBlock(
            proposal, version: found.capability.version, created: found.capability.created, testsSHA256: tests)
        let text = try reader.compose(block, source: proposal.source)
        let body = CapabilityText.body(of: text)
        var capability = found.capability
        (capability.sha256, capability.testsSHA256) = (try SHA256.of(Array(body.utf8)), tests)
        try journal?.record(LibraryEvent(.edited, capability, reviewer: reviewer, report: report), source: body)
        try opened(.proposed, proposal.kind).place(
            CapabilityFiles(name: name, text: text, tests: proposal.tests, fixtures: proposal.fixtures))
        return try there(proposal.kind, name, .proposed)
    }
}
