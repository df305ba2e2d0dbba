internal import LatheVocabulary

/// What a proposal resembles by its meaning, beside what reading it found.
extension SourceLibrary {
    private static let mostNear = 5

    /// What the examiner finds, with the capabilities of the library that mean nearly the same; nil without an examiner.
    func report(on proposal: CapabilityProposal) async throws(LibraryError) -> AdmissionReport? {
        guard let examiner else { return nil }
        async let resembling = resembling(proposal)
        var report = try await examiner.examine(proposal)
        let (near, caveat) = await resembling
        report.add(near, atMost: Self.mostNear)
        if let caveat {
            let reason = "it was not compared with the whole library by meaning: \(caveat)"
            report.findings.append(AdmissionReport.Finding(rule: "unchecked", reason: reason, isRefusal: false))
        }
        return report
    }

    /// Capabilities of the same kind that mean nearly the same, and why they could not all be compared. Without any to compare with,
    /// nothing is started.
    private func resembling(
        _ proposal: CapabilityProposal
    ) async -> (near: [AdmissionReport.NearDuplicate], caveat: String?) {
        guard let search else { return ([], nil) }
        do throws(LibraryError) {
            let list = try await searchedList()
            let isMeant = list.capabilities.map { $0.kind == proposal.kind && $0.name != proposal.name }
            guard isMeant.contains(true), let meaning = try await meaning(of: proposal) else { return ([], nil) }
            let found = try await search.resembling(
                meaning, among: list.documents, isMeant: isMeant, limit: Self.mostNear)
            let near = found.near.map { place, cosine in
                let likeness = (Double(min(cosine, 1)) * 100).rounded() / 100
                return AdmissionReport.NearDuplicate(
                    kind: proposal.kind, name: list.capabilities[place].name, likeness: likeness,
                    alike: ["meaning"])
            }
            return (near, found.caveat)
        } catch {
            return ([], error.reason)
        }
    }

    /// What is compared; nil where the source cannot be read, which the examiner tells.
    private func meaning(of proposal: CapabilityProposal) async throws(LibraryError) -> String? {
        let facts = try await onQueue { () throws(LibraryError) -> JSONValue? in
            do throws(LibraryError) {
                return try self.reader.facts(proposal.source, proposal.kind, proposal.name)
            } catch  where error.code == .refused {
                return nil
            }
        }
        return facts?["summary"]?.stringValue.map { SearchedDocument.meaning(name: proposal.name, summary: $0) }
    }
}

extension AdmissionReport {
    /// Adds what was found in another way: one that is there already is alike in one more.
    fileprivate mutating func add(_ near: [NearDuplicate], atMost limit: Int) {
        for one in near {
            if let place = nearDuplicates.firstIndex(where: { $0.kind == one.kind && $0.name == one.name }) {
                nearDuplicates[place].alike += one.alike
                nearDuplicates[place].likeness = max(nearDuplicates[place].likeness, one.likeness)
            } else {
                nearDuplicates.append(one)
            }
        }
        nearDuplicates.sort { ($1.likeness, $0.name) < ($0.likeness, $1.name) }
        nearDuplicates.removeLast(max(nearDuplicates.count - limit, 0))
    }
}
