import LatheVocabulary
import Testing

@testable import LatheLibrary

/// What a model is shown of a search.
struct FoundTextTests {
    private func capability(
        _ name: String, signature: String? = nil, summary: String = "Return it.", kind: Capability.Kind = .function,
        status: Capability.Status = .approved
    ) -> Capability {
        Capability(
            kind: kind, name: name, path: "\(kind.folder)/\(name).py", signature: signature ?? "\(name)(x: int) -> int",
            summary: summary, status: status, created: "2026-01-01", session: "s", model: "m", sha256: "")
    }

    @Test func `each has a line of signature and a line of what it is for`() {
        let found = [
            capability("mean_delay"), capability("late_legs", status: .proposed),
            capability("critic", signature: "critic -> {flaws}", summary: "Find what is wrong.", kind: .agent),
        ]
        let finding = CapabilityFinding(found, of: 12, for: "x")
        #expect(
            finding.text == """
                mean_delay(x: int) -> int
                    Return it.
                late_legs(x: int) -> int  # proposed
                    Return it.
                critic -> {flaws}  # agent
                    Find what is wrong.
                Use: from lathe.capabilities import NAME; lathe.delegate("AGENT", task, data=…)
                """)
        #expect(finding.names == ["mean_delay", "late_legs", "critic"])
        #expect(finding.searched == 12)
    }

    @Test func `however long signatures and sentences are, it stays within its bound and names each`() {
        let long = (0..<5).map { number in
            capability(
                "profile_\(number)",
                signature: "profile_\(number)("
                    + (0..<60).map { "column_\($0): dict[str, float]" }.joined(separator: ", ") + ")",
                summary: String(repeating: "Return what is late of all that flew. ", count: 40))
        }
        let finding = CapabilityFinding(long, of: 5, for: "x")
        #expect(finding.names.count == 5)
        #expect(TokenEstimate.of(finding.text) <= FoundText.tokens)
        for one in long { #expect(finding.text.contains(one.name + "(")) }
        #expect(finding.text.contains("…"))
    }

    @Test func `characters that could mislead do not come through`() {
        let odd = capability(
            "odd", signature: "odd(x: int) -> int", summary: "Return\u{202E} \u{1B}[31mit\nnow.\u{200B}")
        #expect(
            CapabilityFinding([odd], of: 1, for: "x").text.hasPrefix("odd(x: int) -> int\n    Return [31mit now.\n"))
        let nothing = CapabilityFinding([], of: 0, for: "a\u{1B}[2Jb")
        #expect(nothing.text == "Nothing in the library fits “a [2Jb”; it holds nothing yet.")
    }
}
