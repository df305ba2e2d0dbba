internal import LatheVocabulary

/// Finding out whether something could be saved, without saving it.
extension HostDesk {
    func examine(_ arguments: HostArguments) async throws(HostRefusal) -> JSONValue {
        guard let examinations else {
            throw HostRefusal(
                "not_allowed",
                "examine is for function_writer and agent_writer; lathe.save_function and save_agent examine what they save"
            )
        }
        let named = try arguments.text("kind", upTo: 16)
        guard named == examinations.kind.rawValue else {
            throw HostRefusal("not_allowed", "examine: this agent writes a \(examinations.kind.rawValue), nothing else")
        }
        let proposal = try await proposal(examinations.kind, arguments)
        guard let left = examinations.take() else {
            throw HostRefusal(
                "limit",
                """
                examine: this subtask has had its \(services.limits.examinations) examinations: answer with one that was \
                ready, or with {"problem": "what is still wrong"}
                """)
        }
        let examined: ExaminedProposal
        do throws(LibraryError) {
            examined = try await examinations.inTurn { () async throws(LibraryError) in
                try await services.library.examine(proposal)
            }
        } catch {
            throw HostRefusal("library", error.reason)
        }
        let value: JSONValue = [
            "admitted": .bool(examined.report.isAdmitted), "text": .string(examined.report.told),
            "left": .integer(left), "source": .string(examined.proposal.source),
            "tests": .string(examined.proposal.tests),
        ]
        examinations.note(.object(arguments.values), answered: value)
        return value
    }
}

extension AdmissionReport {
    private static let mostRemarks = 8

    /// What a writer is told: everything to mend, or what its tests show and what a reviewer will read.
    var told: String {
        guard isAdmitted else { return ([refusal] + resemblances).joined(separator: "\n") }
        let remarks = findings.filter { !$0.isRefusal && !Self.told.contains($0.rule) }.map { finding in
            "a reviewer will read: " + (finding.line.map { "line \($0): " } ?? "")
                + finding.reason.singleLine(upTo: 200)
                + " [\(finding.rule)]"
        }
        let more = remarks.count > Self.mostRemarks ? ["… and \(remarks.count - Self.mostRemarks) more remarks"] : []
        return (["ready: it can be saved as it is"] + evidence + remarks.prefix(Self.mostRemarks) + more)
            .joined(separator: "\n")
    }
}
