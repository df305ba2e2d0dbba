internal import Foundation
package import LatheVocabulary

extension SourceLibrary {
    package func save(_ proposal: CapabilityProposal) async throws(LibraryError) -> SavedCapability {
        let (proposal, name) = try await compared(try await withExamples(proposal))
        return try await saveExamined(proposal, name)
    }

    package func examine(_ proposal: CapabilityProposal) async throws(LibraryError) -> ExaminedProposal {
        guard examiner != nil else { throw Self.noExaminer }
        let tidied = try await onQueue { () throws(LibraryError) in try self.reader.tidied(proposal) }
        let compared: CapabilityProposal
        do throws(LibraryError) {
            compared = try await self.compared(tidied).proposal
        } catch  where [.refused, .nameTaken].contains(error.code) {
            let finding = AdmissionReport.Finding(rule: "form", reason: error.reason, isRefusal: true)
            return ExaminedProposal(tidied, AdmissionReport(findings: [finding]))
        }
        guard let report = try await report(on: compared) else { throw Self.noExaminer }
        return ExaminedProposal(tidied, report)
    }

    private static let noExaminer = LibraryError(
        .refused, "This library was opened without a place to examine in.")

    /// A proposal whose name, size and form can be, with the tests of the approved version.
    private func compared(
        _ proposal: CapabilityProposal
    ) async throws(LibraryError) -> (proposal: CapabilityProposal, name: CapabilityName) {
        let name = try CapabilityName(proposal.name)
        try CapabilityFiles.check(tests: proposal.tests, fixtures: proposal.fixtures)
        let earlier = try await onQueue { () throws(LibraryError) in
            try self.reader.inspect(proposal)
            // Known before anything is run for it; asked again when it is written.
            return try self.folder.reading { () throws(LibraryError) in
                _ = try self.standing(of: proposal)
                return try self.earlierTests(of: proposal.kind, name)
            }
        }
        var compared = proposal
        compared.earlier = earlier
        return (compared, name)
    }

    private func saveExamined(
        _ proposal: CapabilityProposal, _ name: CapabilityName
    ) async throws(LibraryError) -> SavedCapability {
        let report = try await report(on: proposal)
        if let report, !report.isAdmitted {
            try await noteRefusal(of: proposal, report)
            throw LibraryError(.refused, report.refusal)
        }
        return try await onQueue { () throws(LibraryError) in
            try self.folder.writing { () throws(LibraryError) in try self.write(proposal, name, report) }
        }
    }

    private func noteRefusal(of proposal: CapabilityProposal, _ report: AdmissionReport) async throws(LibraryError) {
        try await onQueue { () throws(LibraryError) in
            let event = LibraryEvent(
                .refused, kind: proposal.kind, name: proposal.name, version: 0,
                sha256: try SHA256.of(Array(proposal.source.utf8)), session: proposal.session, reason: report.refusal)
            try self.journal?.record(event, source: proposal.source)
        }
    }

    private func write(
        _ proposal: CapabilityProposal, _ name: CapabilityName, _ report: AdmissionReport?
    ) throws(LibraryError) -> SavedCapability {
        let standing = try standing(of: proposal)
        if examiner != nil, try earlierTests(of: proposal.kind, name) != proposal.earlier {
            throw LibraryError(
                .refused, "The approved \(name) changed while its next version was examined. Save it once more.")
        }
        let note = try past().notes[LibraryPast.Key(kind: proposal.kind, name: proposal.name)]
        let hash = try CapabilityFiles.testsSHA256(
            name.description, tests: proposal.tests, fixtures: proposal.fixtures)
        let block = CapabilityBlock(
            proposal, version: standing.version, created: Self.today(), testsSHA256: hash)
        let text = try reader.compose(block, source: proposal.source)
        guard let folder = try folder.open(.proposed, proposal.kind, .made) else {
            throw LibraryError(.unreadable, "The folder \(self.folder.path) went away while it was written to.")
        }
        try folder.place(
            CapabilityFiles(name: name, text: text, tests: proposal.tests, fixtures: proposal.fixtures))
        let saved = try current().first {
            $0.capability.shelf == .proposed && $0.capability.kind == proposal.kind
                && $0.capability.name == proposal.name
        }
        guard let saved else {
            throw LibraryError(.unreadable, "\(folder.path)/\(name.file) was written, but is not there any more.")
        }
        try journal?.record(
            LibraryEvent(.proposed, saved.capability, session: proposal.session, report: report),
            source: CapabilityText.body(of: text))
        return SavedCapability(
            capability: saved.capability, replaced: standing == .replaced(version: standing.version), report: report,
            note: note)
    }

    /// What a proposal would be beside what is there.
    private enum Standing: Hashable {
        case new(version: Int)
        /// In the place of one that waits.
        case replaced(version: Int)

        var version: Int {
            switch self {
            case .new(let version), .replaced(let version): version
            }
        }
    }

    /// Throws where the name is somebody else's.
    private func standing(of proposal: CapabilityProposal) throws(LibraryError) -> Standing {
        let place = try folder.open(.proposed, proposal.kind, .existing)
        if place?.stamp(of: proposal.name + ".py")?.isRegular == false {
            throw LibraryError(
                .refused, "\(place?.path ?? "")/\(proposal.name).py is a link or no file. Move it away.")
        }
        let all = try judged().map(\.capability)
        if let like = all.first(where: { $0.name != proposal.name && $0.name.skeleton == proposal.name.skeleton }) {
            throw LibraryError(
                .refused,
                "'\(proposal.name)' looks like '\(like.name)', which the library has: choose a name that cannot be mistaken."
            )
        }
        if all.contains(where: { $0.name == proposal.name && $0.kind != proposal.kind && $0.shelf == .approved }) {
            throw LibraryError(
                .nameTaken,
                "The library has the \(proposal.kind.other.rawValue) \(proposal.name) already. Choose another name.")
        }
        if let builtIns, builtIns.reserves(.agent, proposal.name) {
            throw LibraryError(
                .nameTaken, "'\(proposal.name)' is the name of an agent that comes with lathe. Choose another name.")
        }
        let same = all.filter { $0.name == proposal.name && $0.kind == proposal.kind }
        let version = (same.first { $0.shelf == .approved }?.version ?? 0) + 1
        guard let waiting = same.first(where: { $0.shelf == .proposed }) else { return .new(version: version) }
        guard waiting.status == .changesAsked || (waiting.status == .proposed && waiting.session == proposal.session)
        else {
            throw LibraryError(
                .nameTaken,
                """
                The library has the \(proposal.kind.rawValue) \(proposal.name) already (\(waiting.status.rawValue), \
                from session \(waiting.session)). Choose another name.
                """)
        }
        return .replaced(version: version)
    }

    static func today() -> String {
        Date.now.formatted(.iso8601.year().month().day())
    }
}

extension String {
    /// What is left of a name to the eye: signs that look alike are one.
    fileprivate var skeleton: String {
        replacing("1", with: "l").replacing("0", with: "o").replacing("rn", with: "m").replacing("vv", with: "w")
            .split(separator: "_").joined(separator: "_")
    }
}
