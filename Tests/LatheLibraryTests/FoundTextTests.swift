import LatheVocabulary
import Testing

@testable import LatheLibrary

/// What a model is shown of a search.
struct FoundTextTests {
    private let need = CapabilityNeed(words: "x", limit: 5, session: "")

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
        let finding = CapabilityFinding(found.map(FoundEntry.capability), of: 12, for: need)
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

    @Test func `an agent that is not chosen says why, within the bound, and nobody else of its name does`() {
        let found = [
            capability("critic", kind: .agent), capability("critic"), capability("writer", kind: .agent),
        ].map(FoundEntry.capability)
        let why = "3 of its newest 3 subtasks failed (stuck)"
        let finding = CapabilityFinding(found, of: 3, for: need, unhealthy: ["critic": why])
        let lines = finding.text.split(separator: "\n").map(String.init)
        #expect(lines.first == "critic(x: int) -> int  # agent, unhealthy: \(why)", "\(finding.text)")
        #expect(lines.count { $0.contains("unhealthy") } == 1)
        let long = CapabilityFinding(
            found, of: 3, for: need, unhealthy: ["critic": String(repeating: "it failed \n", count: 200)])
        #expect(TokenEstimate.of(long.text) <= FoundText.tokens && long.names.count == 3, "\(long.text)")
    }

    @Test func `however long signatures and sentences are, it stays within its bound and names each`() {
        let long = (0..<5).map { number in
            capability(
                "profile_\(number)",
                signature: "profile_\(number)("
                    + (0..<60).map { "column_\($0): dict[str, float]" }.joined(separator: ", ") + ")",
                summary: String(repeating: "Return what is late of all that flew. ", count: 40))
        }
        let finding = CapabilityFinding(long.map(FoundEntry.capability), of: 5, for: need)
        #expect(finding.names.count == 5)
        #expect(TokenEstimate.of(finding.text) <= FoundText.tokens)
        for one in long { #expect(finding.text.contains(one.name + "(")) }
        #expect(finding.text.contains("…"))
    }

    private func tool(_ name: String, _ arguments: String = "name: str", shapes: [String] = []) -> FoundEntry {
        .tool(
            FoundTool(
                path: "my_crm.\(name)", signature: "\(name)(\(arguments))", shapes: shapes, server: "my-crm",
                summary: "Add a person to the\n\u{1B}[31m database."))
    }

    @Test func `a tool is shown as it is called, with what its objects hold and its server's words`() {
        let found = [
            tool("add", "name: str, *, address: Address = ...", shapes: ["Address = {city: str}"]),
            .capability(capability("mean_delay")), tool("get"),
        ]
        let finding = CapabilityFinding(found, of: 12, tools: 10_000, for: need)
        #expect(
            finding.text == """
                lathe.tools.my_crm.add(name: str, *, address: Address = ...)
                    Address = {city: str}
                    my-crm says: Add a person to the [31m database.
                mean_delay(x: int) -> int
                    Return it.
                lathe.tools.my_crm.get(name: str)
                    my-crm says: Add a person to the [31m database.
                Use: from lathe.capabilities import NAME
                """)
        #expect(finding.names == ["lathe.tools.my_crm.add", "mean_delay", "lathe.tools.my_crm.get"])
        #expect(finding.searched == 10_012)
        let none = CapabilityFinding(
            [], of: 1, tools: 1, for: need, caveats: ["not searched: git (it is still starting)"])
        #expect(
            none.text == """
                Nothing fits “x”; the library holds 1 capability, and there is 1 tool.
                (not searched: git (it is still starting))
                """)
    }

    @Test func `however long the definitions of tools are, an offer keeps within its bound and the best has the most`()
    {
        let long = (0..<3).map { number in
            tool(
                "create_\(number)", (0..<40).map { "column_\($0): dict[str, float]" }.joined(separator: ", "),
                shapes: (0..<9).map { "Shape\($0) = {first_key: str, second_key: float}" })
        }
        let offer = CapabilityNeed(words: "x", limit: 3, session: "", purpose: .offer)
        let finding = CapabilityFinding(long, of: 0, tools: 3, for: offer)
        #expect(finding.names.count == 3)
        #expect(TokenEstimate.of(finding.text) <= FoundText.tokensOffered)
        for number in 0..<3 { #expect(finding.text.contains("lathe.tools.my_crm.create_\(number)(")) }
        let lengths = finding.text.split(separator: "\n").map(\.count)
        #expect(lengths[0] > lengths[1])
    }

    @Test func `characters that could mislead do not come through`() {
        let odd = capability(
            "odd", signature: "odd(x: int) -> int", summary: "Return\u{202E} \u{1B}[31mit\nnow.\u{200B}")
        #expect(
            CapabilityFinding([.capability(odd)], of: 1, for: need).text.hasPrefix(
                "odd(x: int) -> int\n    Return [31mit now.\n"))
        let nothing = CapabilityFinding(
            [], of: 0, for: CapabilityNeed(words: "a\u{1B}[2Jb", limit: 5, session: ""))
        #expect(nothing.text == "Nothing in the library fits “a [2Jb”; it holds nothing yet.")
    }
}
