internal import Foundation
package import LatheVocabulary

/// What the tool host is told of a server: its definition with all variables in place, and a small environment.
package struct ToolLaunch: Sendable {
    private let project: String
    private let environment: [String: String]
    private let python: String
    private let code: String

    /// What a server gets of lathe's environment beside its own `env`; nothing else reaches it.
    package static let minimum = [
        "HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER",
    ]

    /// - Parameters:
    ///   - project: absolute path of the project's folder, in which servers run that name no other.
    ///   - environment: lathe's own.
    ///   - python: absolute path of the interpreter that Python files run in.
    ///   - package: absolute path of `lathe_tools`.
    package init(project: String, environment: [String: String], python: String, package: String) {
        self.project = project
        self.environment = environment
        self.python = python
        code = package
    }

    /// Absolute path of the file that keeps the login of a server, which need not be there: one for each project, name and address,
    /// so that no other definition gets it.
    package func loginFile(of server: String, at url: String, in scope: String) throws(ToolError) -> String {
        let state = environment["XDG_STATE_HOME"] ?? (environment["HOME"] ?? "/root") + "/.local/state"
        return state + "/lathe/logins/\(try SHA256.of([scope, server, url].joined(separator: "\n"))).json"
    }

    /// The definition for the host; throws with the names of variables that are not set.
    package func definition(of server: ToolServer) throws(ToolError) -> JSONValue {
        var given: [String: JSONValue] = [:]
        for name in Self.minimum { given[name] = environment[name].map { .string($0) } }
        if case .file(let path) = server.origin {
            return [
                "command": .string(python), "args": ["-I", "-B", .string(code + "/local.py"), .string(path)],
                "env": .object(given), "cwd": .string(project),
            ]
        }
        var missing: [String] = []
        let used = server.definition.objectValue?.filter { $0.key != "description" } ?? [:]
        let definition = VariableExpansion.expanded(.object(used), environment, missing: &missing)
        guard missing.isEmpty else {
            let names = missing.joined(separator: ", ")
            throw ToolError(
                .configuration, server: server.name, "\(server.origin.path) names \(names), which is not set",
                mend: "set it before lathe starts, or write a default: ${\(missing[0]):-…}")
        }
        if let url = definition["url"] {
            return ["url": url, "headers": definition["headers"] ?? [:]]
        }
        given.merge(definition["env"]?.objectValue ?? [:]) { $1 }
        let folder = definition["cwd"]?.stringValue ?? project
        return [
            "command": definition["command"] ?? "", "args": definition["args"] ?? [], "env": .object(given),
            "cwd": .string(folder.hasPrefix("/") ? folder : project + "/" + folder),
        ]
    }
}
