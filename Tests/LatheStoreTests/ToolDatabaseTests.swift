import Foundation
import LatheVocabulary
import Testing

@testable import LatheStore

struct ToolDatabaseTests {
    private static func tool(_ name: String, _ description: String) throws -> ToolDefinition {
        try #require(
            ToolDefinition(
                server: "s", json: ["name": .string(name), "description": .string(description), "_meta": ["x": 1]]))
    }

    @Test func `what was allowed and what was listed are kept for each project, and forgotten together`() throws {
        let scratch = FileManager.default.temporaryDirectory.path + "/lathe-tools-\(UUID().uuidString)"
        let folder = scratch + "/state"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let first = ToolDatabase(folder: folder)
        #expect(try first.allowedServer("s", in: "/p") == nil)
        #expect(!FileManager.default.fileExists(atPath: folder))
        try first.allow("s", definition: "{1}", in: "/p")
        try first.allow("s", definition: "{2}", in: "/q")
        try first.allow(toolsOf: "s", ["a": "A", "b": "B"], in: "/p")
        try first.allow(toolsOf: "s", ["b": "B2"], in: "/p")
        let entry = ToolCatalogueEntry(
            tools: [try Self.tool("a", "é\n"), try Self.tool("b", "")], about: ["name": "S"], time: 12.5)
        try first.hold(entry, of: "s", in: "/p")

        let second = ToolDatabase(folder: folder)
        #expect(try second.allowedServer("s", in: "/p") == "{1}")
        #expect(try second.allowedTools(of: "s", in: "/p") == ["b": "B2"])
        #expect(try second.listed("s", in: "/p") == entry)
        #expect(try second.listed("s", in: "/q") == nil)
        let stamp = try #require(try second.listingStamp(of: "s", in: "/p"))
        #expect(stamp.listed == 12.5)
        #expect(try second.listingStamp(of: "s", in: "/q") == nil)
        try first.allow(toolsOf: "s", ["b": "B2"], in: "/p")
        #expect(try second.listingStamp(of: "s", in: "/p") != stamp)
        try second.forget("s", in: "/p")
        #expect(try first.allowedServer("s", in: "/p") == nil)
        #expect(try first.allowedTools(of: "s", in: "/p") == [:])
        #expect(try first.listed("s", in: "/p") == nil)
        #expect(try first.allowedServer("s", in: "/q") == "{2}")
    }

    @Test func `a server that is allowed anew begins without tools`() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-tools-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = ToolDatabase(folder: folder)
        try database.allow("s", definition: "{1}", in: "/p")
        try database.allow(toolsOf: "s", ["a": "A"], in: "/p")
        try database.allow("s", definition: "{2}", in: "/p")
        #expect(try database.allowedTools(of: "s", in: "/p") == [:])
        #expect(try database.allowedServer("s", in: "/p") == "{2}")
    }

    @Test func `answers for good are kept by project, tool and definition, and go with their server`() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-tools-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = ToolDatabase(folder: folder)
        #expect(try database.keptAnswers() == [])
        #expect(try database.forgetAnswers(to: "s", tool: nil, in: "/p") == 0)
        func answer(_ project: String, _ tool: String, _ definition: String) -> KeptAnswer {
            KeptAnswer(project: project, server: "s", tool: tool, definition: definition, time: 1.5)
        }
        for one in [answer("/q", "a", "1"), answer("/p", "a", "1"), answer("/p", "b", "1"), answer("/p", "a", "2")] {
            try database.keep(one)
        }
        #expect(
            try ToolDatabase(folder: folder).keptAnswers() == [
                answer("/p", "a", "2"), answer("/p", "b", "1"), answer("/q", "a", "1"),
            ])
        let tool = try Self.tool("a", "reads")
        func source(_ definition: String) -> ToolSource {
            ToolSource(definition: definition, isRemote: false, hasCredentials: false)
        }
        #expect(try KeptAnswers(database, in: "/p").holds(tool, source("2")))
        #expect(try !KeptAnswers(database, in: "/p").holds(tool, source("1")))
        #expect(try !KeptAnswers(database, in: "/r").holds(tool, source("2")))
        #expect(try database.forgetAnswers(to: "s", tool: "b", in: "/p") == 1)
        try database.forget("s", in: "/p")
        #expect(try database.keptAnswers() == [answer("/q", "a", "1")])
    }

    @Test func `of people's calls the newest stay, each once, with how it ended`() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-tools-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = ToolDatabase(folder: folder, keptCalls: 5)
        let long = String(repeating: "é", count: PersonalCall.argumentCharacters)
        var call = PersonalCall(
            project: "/p", server: "s", tool: "a", arguments: ["x": .string(long)], time: 1.25, seconds: 0,
            outcome: "begun")
        try database.keep(call)
        call.outcome = "ok"
        (call.seconds, call.sha256, call.bytes) = (2, "00", 9)
        try database.keep(call)
        #expect(try database.calls(in: "/p", atMost: 9) == [call])
        #expect(call.arguments.count == PersonalCall.argumentCharacters)
        #expect(call.argumentBytes == 2 * PersonalCall.argumentCharacters + 8)
        for number in 1...5 {
            call.time = 10 + Double(number)
            call.project = number == 1 ? "/q" : "/p"
            try database.keep(call)
        }
        let kept = try database.calls(in: "/p", atMost: 9)
        #expect(kept.map(\.time) == [15, 14, 13, 12])
        #expect(try database.calls(in: "/q", atMost: 9).map(\.time) == [11])
    }

    @Test func `a definition is the same when only what is shown differs, and another when a word of it does`() throws {
        let tool = try Self.tool("a", "reads")
        var other = tool
        other.json = ["name": "a", "description": "reads", "_meta": ["x": 2], "icons": []]
        #expect(tool.pin == other.pin)
        #expect(tool.pin != (try Self.tool("a", "reads all")).pin)
    }
}
