import Foundation
import LatheVocabulary
import Testing

@testable import LatheTools

struct ToolConfigurationTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/lathe-configuration-\(UUID().uuidString)"

    private func read(
        project: String? = nil, user: String? = nil, files: [String: String] = [:]
    ) throws -> ToolConfiguration {
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder + "/p/tools", withIntermediateDirectories: true)
        defer { try? manager.removeItem(atPath: folder) }
        if let project { try Data(project.utf8).write(to: URL(fileURLWithPath: folder + "/p/.mcp.json")) }
        if let user { try Data(user.utf8).write(to: URL(fileURLWithPath: folder + "/mcp.json")) }
        for (name, text) in files {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/p/tools/" + name))
        }
        return ToolConfiguration(project: folder + "/p", userFile: folder + "/mcp.json")
    }

    @Test func `the project's file comes before the user's, and both before a Python file, which is told`() throws {
        let read = try read(
            project:
                #"{"mcpServers": {"a": {"command": "x", "args": ["--k", "${K}"]}, "b": {"url": "https://b/mcp"}}}"#,
            user: #"{"mcpServers": {"a": {"command": "y"}, "c": {"command": "z", "disabled": true}}}"#,
            files: ["c.py": "", "d.py": "def f(): ...", "_e.py": "", "test_f.py": "", "notes.txt": ""])
        let project = ToolServer.Origin.project(folder + "/p/.mcp.json")
        #expect(
            read.servers == [
                ToolServer(name: "a", origin: project, definition: ["command": "x", "args": ["--k", "${K}"]]),
                ToolServer(name: "b", origin: project, definition: ["url": "https://b/mcp"]),
                ToolServer(
                    name: "c", origin: .user(folder + "/mcp.json"), definition: ["command": "z", "disabled": true],
                    isOff: true),
                ToolServer(
                    name: "d", origin: .file(folder + "/p/tools/d.py"), definition: ["source": "def f(): ..."]),
            ])
        #expect(read.servers.map(\.needsAllowance) == [true, true, false, true])
        #expect(read.servers[0].way == "x --k ${K}")
        #expect(read.problems.isEmpty)
        #expect(read.notices.count == 2)
        #expect(read.notices[0].hasPrefix("a of \(folder)/mcp.json is not used"))
        #expect(read.notices[1].hasPrefix("c of \(folder)/p/tools/c.py is not used"))
    }

    @Test func `a file that is no JSON, and what cannot be, are told with the place, and take nothing else along`()
        throws
    {
        let read = try read(
            project: "{\n  // mine\n  \"mcpServers\": {}\n}",
            user: #"""
                {"inputs": [], "mcpServers": {"both": {"command": "x", "url": "https://y"}, "none": {}, "odd name": {"command": "x"},
                 "old": {"type": "sse", "url": "https://y"}, "args": {"command": "x", "args": "y"}, "text": "x",
                 "ftp": {"url": "ftp://y"}, "good": {"command": "x", "alwaysAllow": ["a"]}}}
                """#)
        #expect(read.servers.map(\.name) == ["good"])
        #expect(read.problems[0].reason.hasSuffix("in line 2"))
        #expect(
            read.problems.dropFirst().map(\.server) == ["args", "both", "ftp", "none", "odd name", "old", "text"])
        #expect(read.notices.map { $0.contains("'inputs'") || $0.contains("'alwaysAllow' of good") } == [true, true])
    }

    @Test func `a server gets its own environment and a stated minimum of lathe's, and no secret beside`() throws {
        let read = try read(
            project: #"""
                {"mcpServers": {"a": {"command": "x", "args": ["${A:-b}"], "env": {"T": "${KEY}", "LANG": "de"}, "cwd": "sub"},
                 "w": {"url": "https://h/${A:-mcp}", "headers": {"Authorization": "Bearer ${KEY}"}}, "m": {"command": "${GONE}"}}}
                """#)
        let environment = [
            "PATH": "/bin", "HOME": "/h", "LANG": "C", "KEY": "k", "ANTHROPIC_API_KEY": "secret", "LATHE_ROOT": "/l",
        ]
        let launch = ToolLaunch(
            project: folder + "/p", environment: environment, python: "/python", package: "/lathe_tools")
        #expect(
            try launch.definition(of: try #require(read["a"])) == [
                "command": "x", "args": ["b"], "cwd": .string(folder + "/p/sub"),
                "env": ["PATH": "/bin", "HOME": "/h", "LANG": "de", "T": "k"],
            ])
        #expect(
            try launch.definition(of: try #require(read["w"])) == [
                "url": "https://h/mcp", "headers": ["Authorization": "Bearer k"],
            ])
        let missing = try #require(read["m"])
        let error = #expect(throws: ToolError.self) { try launch.definition(of: missing) }
        #expect(error?.reason.contains("GONE") == true)
    }
}
