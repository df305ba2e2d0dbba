internal import Foundation
internal import LatheScreens
internal import LatheTools
internal import LatheVocabulary

extension CommandRun {
    // MARK: allow

    func allow(_ name: String, _ desk: ToolDesk, _ options: ListingOptions) async throws -> Int32 {
        let server = try desk.server(name)
        if try desk.standing(of: server) != .allowed {
            guard try ask(server, desk, options) else { return ExitCode.unapproved.rawValue }
        }
        var report = await desk.report(on: server)
        if !report.unsettled.isEmpty || !report.gone.isEmpty, report.error == nil {
            let canvas = Canvas(size: TerminalOutput.standardError.size(), environment: environment)
            let changes = report.unsettled.flatMap { tool -> [StyledLine] in
                tool.standing == .notAllowed
                    ? ToolListing.lines(report, about: tool, canvas) : ToolListing.changes(tool, canvas)
            }
            TerminalOutput.standardError.write(canvas.render(changes))
            let question = "Let the tools of \(name) be used as they are now?"
            guard options.confirmation == .assumed || Question.isAffirmed(question) else {
                return ExitCode.unapproved.rawValue
            }
            try desk.allow(toolsOf: report)
            report = await desk.report(on: server)
        }
        let settled = report
        show(options, ToolListing.json(settled)) { ToolListing.settled(settled, $0) }
        return (settled.error == nil ? ExitCode.complete : .failed).rawValue
    }

    /// Shows what would be started, asks, and keeps a yes.
    func ask(_ server: ToolServer, _ desk: ToolDesk, _ options: ListingOptions) throws -> Bool {
        let standing = try desk.standing(of: server)
        let variables: [String]
        if case .file = server.origin {
            variables = []
        } else {
            variables = VariableExpansion.names(in: server.definition)
        }
        let canvas = Canvas(size: TerminalOutput.standardError.size(), environment: environment)
        TerminalOutput.standardError.write(
            canvas.render(ToolListing.request(server, standing, variables: variables, canvas)))
        let question =
            server.definition["url"] == nil
            ? "Start this with your rights, outside of the sandbox?" : "Send what is asked of it to this address?"
        guard options.confirmation == .assumed || Question.isAffirmed(question) else { return false }
        try desk.allow(server)
        return true
    }

    // MARK: add and remove

    func add(_ addition: ToolAddition, _ desk: ToolDesk, _ options: ListingOptions) async throws {
        if let problem = ToolConfiguration.problem(ofName: addition.name) {
            throw CommandFailure("'\(addition.name)': \(problem)", exitCode: 2)
        }
        let path = addition.file == .user ? desk.configuration.userFile : desk.configuration.projectFile
        if let there = desk.configuration[addition.name], there.origin.path == path {
            throw CommandFailure(
                "\(path) has a server '\(addition.name)' already: lathe tools remove \(addition.name), or another name")
        }
        let text = try text(of: path, desk)
        try write(try await desk.host.edited(text, addition.name, try definition(addition)), to: path)
        let desk = desk.readAgain()
        let server = try desk.server(addition.name)
        // Whoever typed the command has seen it.
        if server.origin.path == path, server.needsAllowance { try desk.allow(server) }
        show(options, ["server": .string(server.name), "file": .string(path)]) {
            ToolListing.done("\(server.name) is in \(path); try: lathe tools test \(server.name)", $0)
        }
    }

    private func definition(_ addition: ToolAddition) throws(CommandFailure) -> JSONValue {
        if addition.isAddress {
            let headers = try pairs(addition.headers, separator: ":", option: "--header", form: "'NAME: VALUE'")
            var definition: [String: JSONValue] = ["type": "http", "url": .string(addition.words[0])]
            if !headers.isEmpty { definition["headers"] = .object(headers) }
            return .object(definition)
        }
        let variables = try pairs(addition.variables, separator: "=", option: "--env", form: "NAME=VALUE")
        var definition: [String: JSONValue] = ["command": .string(addition.words[0])]
        if addition.words.count > 1 { definition["args"] = .array(addition.words.dropFirst().map { .string($0) }) }
        if !variables.isEmpty { definition["env"] = .object(variables) }
        return .object(definition)
    }

    private func pairs(
        _ texts: [String], separator: Character, option: String, form: String
    ) throws(CommandFailure) -> [String: JSONValue] {
        var pairs: [String: JSONValue] = [:]
        for text in texts {
            guard let mark = text.firstIndex(of: separator), mark != text.startIndex else {
                throw CommandFailure("\(option) takes \(form), not '\(text)'", exitCode: 2)
            }
            let value = text[text.index(after: mark)...]
            pairs[String(text[..<mark])] = .string(
                separator == ":" ? String(value).trimmingCharacters(in: .whitespaces) : String(value))
        }
        return pairs
    }

    func remove(_ name: String, _ desk: ToolDesk, _ options: ListingOptions) async throws {
        guard let server = desk.configuration[name] else {
            throw CommandFailure("there is no server '\(name)'; 'lathe tools list' shows all")
        }
        if case .file(let path) = server.origin {
            throw CommandFailure("\(name) is the file \(path): delete that")
        }
        let path = server.origin.path
        try write(try await desk.host.edited(try text(of: path, desk), name, nil), to: path)
        try desk.forget(name)
        show(options, ["server": .string(name), "file": .string(path)]) {
            ToolListing.done("\(name) is no longer in \(path)", $0)
        }
    }

    /// A file of servers as it is; one that cannot be read as what it is stays untouched.
    private func text(of path: String, _ desk: ToolDesk) throws -> String {
        if let problem = desk.configuration.problems.first(where: { $0.server.isEmpty && $0.reason.hasPrefix(path) }) {
            throw problem
        }
        guard let data = FileManager.default.contents(atPath: path) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    private func write(_ text: String, to path: String) throws {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file, options: .atomic)
        } catch {
            throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
