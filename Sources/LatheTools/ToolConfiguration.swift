internal import Foundation
package import LatheVocabulary

/// The servers of a project: its `.mcp.json`, the user's `mcp.json`, and the Python files in `tools`.
///
/// Where a name stands twice the project's file wins over the user's, and both over a Python file; that is told. One file that
/// cannot be read, or one definition that makes no sense, is told too and takes nothing else with it.
package struct ToolConfiguration: Sendable {
    /// By name.
    package private(set) var servers: [ToolServer] = []
    /// What is left out or not heeded, one sentence each.
    package private(set) var notices: [String] = []
    /// What cannot be used, with the reason.
    package private(set) var problems: [ToolError] = []

    package let projectFile: String
    package let userFile: String

    private static let known: Set<String> = [
        "type", "command", "args", "env", "cwd", "url", "headers", "disabled", "description",
    ]
    private static let longestSource = 1 << 20

    /// - Parameters:
    ///   - project: absolute path of the project's folder.
    ///   - userFile: absolute path of the user's own `mcp.json`.
    package init(project: String, userFile: String) {
        projectFile = project + "/.mcp.json"
        self.userFile = userFile
        var found: [String: ToolServer] = [:]
        for server in read(projectFile, ToolServer.Origin.project(projectFile)) { found[server.name] = server }
        for server in read(userFile, .user(userFile)) + files(in: project + "/tools") {
            guard let first = found[server.name] else {
                found[server.name] = server
                continue
            }
            notices.append(
                "\(server.name) of \(server.origin.path) is not used: \(first.origin.path) has that name and comes first"
            )
        }
        servers = found.values.sorted { $0.name < $1.name }
    }

    package subscript(name: String) -> ToolServer? { servers.first { $0.name == name } }

    // MARK: Files of servers

    private mutating func read(_ path: String, _ origin: ToolServer.Origin) -> [ToolServer] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let data = FileManager.default.contents(atPath: path) else {
            problems.append(ToolError(.configuration, "\(path) cannot be read", mend: "look at its rights"))
            return []
        }
        do throws(JSONError) {
            let value = try JSONValue(parsing: Array(data), limits: JSONLimits(bytes: 1 << 20))
            return members(of: value, path, origin)
        } catch {
            let line = data.prefix(error.offset).count { $0 == 0x0A } + 1
            problems.append(
                ToolError(
                    .configuration, "\(path) is not JSON: \(error.reason), in line \(line)",
                    mend: "JSON has no comments and no comma after the last member"))
            return []
        }
    }

    private mutating func members(
        of value: JSONValue, _ path: String, _ origin: ToolServer.Origin
    ) -> [ToolServer] {
        guard let whole = value.objectValue, let servers = (whole["mcpServers"] ?? [:]).objectValue else {
            problems.append(
                ToolError(.configuration, "\(path) must be {\"mcpServers\": {NAME: {…}}}", mend: "see docs/tools.md"))
            return []
        }
        for key in whole.keys.sorted() where key != "mcpServers" {
            notices.append("\(path): '\(key)' is not heeded; only mcpServers is")
        }
        return servers.sorted { $0.key < $1.key }.compactMap { name, definition in
            do throws(ToolError) {
                return try server(name, definition, path, origin)
            } catch {
                problems.append(error)
                return nil
            }
        }
    }

    private mutating func server(
        _ name: String, _ definition: JSONValue, _ path: String, _ origin: ToolServer.Origin
    ) throws(ToolError) -> ToolServer {
        if let problem = Self.problem(ofName: name) {
            throw ToolError(.configuration, server: name, "\(path): \(problem)")
        }
        guard let members = definition.objectValue else {
            throw ToolError(.configuration, server: name, "\(path): a server is an object", mend: "see docs/tools.md")
        }
        for key in members.keys.sorted() where !Self.known.contains(key) {
            notices.append("\(path): '\(key)' of \(name) is not heeded")
        }
        if let problem = Self.problem(of: members) {
            throw ToolError(.configuration, server: name, "\(path): \(problem)", mend: "see docs/tools.md")
        }
        return ToolServer(
            name: name, origin: origin, definition: definition, isOff: members["disabled"]?.boolValue == true)
    }

    /// Why a name cannot be one; nil for those that can. Tools are called `SERVER/TOOL`, so it has no slash.
    package static func problem(ofName name: String) -> String? {
        let isPlain = name.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value != 0x7F && $0 != "/" && !$0.properties.isWhitespace
                && $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
        }
        guard isPlain, (1...64).contains(name.utf8.count), name.first != "-" else {
            return "a server's name has 1 to 64 characters, none of them a space or '/', and does not begin with '-'"
        }
        return nil
    }

    private static func problem(of members: [String: JSONValue]) -> String? {
        let type = members["type"]?.stringValue
        if type == "sse" {
            return
                "the transport sse was replaced by streamable HTTP and is not spoken here: ask its maker for the new address"
        }
        guard type == nil || ["stdio", "http", "streamable-http"].contains(type) else {
            return "its type is not stdio or http"
        }
        guard (members["command"] == nil) != (members["url"] == nil) else {
            return "it has command or url, one of the two"
        }
        for (key, isRight) in [
            ("command", isText), ("url", isText), ("cwd", isText), ("args", isTexts), ("env", isTable),
            ("headers", isTable),
        ] {
            if let value = members[key], !isRight(value) { return "its \(key) has the wrong form" }
        }
        if let url = members["url"]?.stringValue, !url.hasPrefix("http://"), !url.hasPrefix("https://"),
            !url.hasPrefix("${")
        {
            return "its url does not begin with https:// or http://"
        }
        return nil
    }

    private static let isText: @Sendable (JSONValue) -> Bool = { !($0.stringValue ?? "").isEmpty }
    private static let isTexts: @Sendable (JSONValue) -> Bool = {
        $0.arrayValue?.allSatisfy { $0.stringValue != nil } == true
    }
    private static let isTable: @Sendable (JSONValue) -> Bool = {
        $0.objectValue?.values.allSatisfy { $0.stringValue != nil } == true
    }

    // MARK: Python files

    private mutating func files(in folder: String) -> [ToolServer] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        var servers: [ToolServer] = []
        for file in names.sorted() where file.hasSuffix(".py") && !file.hasPrefix("_") && !file.hasPrefix("test_") {
            let path = folder + "/" + file
            let name = String(file.dropLast(3))
            guard let data = FileManager.default.contents(atPath: path), data.count <= Self.longestSource,
                let source = String(data: data, encoding: .utf8)
            else {
                problems.append(
                    ToolError(.configuration, server: name, "\(path) is not UTF-8 text of at most a megabyte"))
                continue
            }
            if let problem = Self.problem(ofName: name) {
                problems.append(ToolError(.configuration, server: name, "\(path): \(problem)", mend: "rename the file"))
                continue
            }
            servers.append(ToolServer(name: name, origin: .file(path), definition: ["source": .string(source)]))
        }
        return servers
    }
}
