import Testing

import LatheVocabulary

struct ToolRulesTests {
    private static func tool(_ name: String, reads: Bool? = nil, reachesOut: Bool? = nil) throws -> ToolDefinition {
        var annotations: [String: JSONValue] = [:]
        if let reads { annotations["readOnlyHint"] = .bool(reads) }
        if let reachesOut { annotations["openWorldHint"] = .bool(reachesOut) }
        return try #require(
            ToolDefinition(server: "crm", json: ["name": .string(name), "annotations": .object(annotations)]))
    }

    @Test func `what is denied is denied, then asked, then allowed`() throws {
        let rules = ToolRules(allow: ["crm/*"], ask: ["*/send*"], deny: ["crm/delete-*", "git/*"])
        #expect(rules.decision(on: try Self.tool("delete-all")) == .denied("crm/delete-*"))
        #expect(rules.decision(on: try Self.tool("send-mail", reads: true, reachesOut: false)) == .asked("*/send*"))
        #expect(rules.decision(on: try Self.tool("add")) == .allowed(.rule))
    }

    @Test func `a claim counts only for what reads and reaches nothing beyond`() throws {
        let rules = ToolRules()
        #expect(rules.decision(on: try Self.tool("get", reads: true, reachesOut: false)) == .allowed(.claim))
        #expect(rules.decision(on: try Self.tool("get", reads: true)) == .asked(nil))
        #expect(rules.decision(on: try Self.tool("get", reads: true, reachesOut: true)) == .asked(nil))
        #expect(rules.decision(on: try Self.tool("get", reads: false, reachesOut: false)) == .asked(nil))
        #expect(rules.decision(on: try Self.tool("get")) == .asked(nil))
    }

    @Test(arguments: [
        ("a/b", "a/b", true), ("a/b", "a/bc", false), ("a/bc", "a/*", true), ("a/bc", "*", true), ("a/bc", "*c", true),
        ("a/bcd", "a/*d*", true), ("a/b", "a/b*b", false), ("ab/ab", "ab*ab", true), ("aba", "ab*ba", false),
        ("a/x.y", "a/x?y", false), ("a/b", "", false),
    ])
    func `a pattern fits a whole name`(name: String, pattern: String, fits: Bool) {
        #expect(ToolRules.fits(name, pattern) == fits)
    }
}
