internal import Foundation
internal import LatheScreens
internal import LatheStore
internal import LatheTools
internal import LatheVocabulary

extension CommandRun {
    func tools(_ command: ToolsCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let screen = ToolQuestionScreen()
        let desk = try project.toolDesk(
            try Installation.find(environment: environment), environment: environment,
            news: { [environment] news in
                if case .login(let server, let address) = news {
                    LoginScreen(environment: environment).show(server, address)
                } else {
                    screen.show(news)
                }
            },
            question: screen.answer)
        let interrupts = Interrupts()
        let result: Result<Int32, any Error> = await interrupts.guarding {
            do {
                return .success(try await self.run(command, desk, project))
            } catch {
                return .failure(error)
            }
        }
        await desk.host.close()
        if interrupts.wasInterrupted { return ExitCode.interrupted.rawValue }
        do {
            return try result.get()
        } catch let error as ToolError {
            let isUnapproved = [.notAllowed, .changed].contains(error.code)
            throw CommandFailure(error.line, exitCode: (isUnapproved ? ExitCode.unapproved : .failed).rawValue)
        } catch {
            throw (error as? CommandFailure) ?? CommandFailure(CommandFailure.reason(of: error))
        }
    }

    private func run(_ command: ToolsCommand, _ desk: ToolDesk, _ project: Project) async throws -> Int32 {
        let options = command.options
        switch command.action {
        case .list:
            tell(desk.configuration.notices)
            let reports = await desk.reports(on: desk.configuration.servers)
            let problems = desk.configuration.problems
            show(options, ToolListing.json(reports, problems: problems, notices: desk.configuration.notices)) {
                ToolListing.lines(reports, notices: problems, $0)
            }
        case .show(let reference): try await show(reference, desk, options)
        case .call(let reference, let arguments, let seconds):
            return try await call(reference, arguments, seconds, desk, project, options)
        case .search(let words): try await search(words, desk, project, options)
        case .read(let server, let uri, let seconds):
            try await read(uri, of: server, seconds, desk, project, options)
        case .prompt(let server, let name, let arguments, let seconds):
            try await prompt(name, of: server, arguments, seconds, desk, project, options)
        case .stubs(let folder, let mode): return try await stubs(in: folder, mode, desk, options)
        case .add(let addition): try await add(addition, desk, options)
        case .remove(let name): try await remove(name, desk, options)
        case .allow(let name): return try await allow(name, desk, options)
        case .test(let names): return try await test(names, desk, project, options)
        case .login(let name, let seconds): return try await logIn(name, seconds, desk, options)
        case .logout(let name): try await logOut(name, desk, options)
        case .rules: try rules(project, desk, options)
        case .forget(let reference): try forget(reference, desk, options)
        case .calls(let count): try calls(count, desk, options)
        }
        return ExitCode.complete.rawValue
    }

    func tell(_ notices: [String]) {
        for notice in notices { TerminalOutput.standardError.write(TerminalText.safe(notice) + "\n") }
    }

    private func show(_ reference: ToolReference, _ desk: ToolDesk, _ options: ListingOptions) async throws {
        let server = try desk.server(reference.server)
        let report = await desk.report(on: server)
        guard let name = reference.tool else {
            let extras = await desk.extras(of: report)
            return show(options, ToolListing.json(report, extras)) {
                ToolListing.lines(about: report, log: desk.host.logPath(of: server.name), $0)
                    + ToolExtrasListing.lines(extras, of: server.name, $0)
            }
        }
        guard let tool = report.tools.first(where: { $0.definition.name == name }) else {
            if let error = report.error { throw error }
            if report.standing != .allowed {
                throw ToolError(
                    .notAllowed, server: server.name, "it may not be started here",
                    mend: "lathe tools allow \(server.name)")
            }
            let known = report.tools.map(\.definition.name).joined(separator: ", ")
            throw ToolError(
                .unknownTool, server: server.name, "it has no tool '\(name)'", mend: "it has: \(known.prefix(500))")
        }
        show(options, ToolListing.json(tool)) { ToolListing.lines(report, about: tool, $0) }
    }

    private func call(
        _ reference: ToolReference, _ given: GivenText, _ seconds: Double, _ desk: ToolDesk, _ project: Project,
        _ options: ListingOptions
    ) async throws -> Int32 {
        let server = try desk.server(reference.server)
        let arguments = try self.arguments(given)
        guard try isAllowed(server, desk, options, given) else { return ExitCode.unapproved.rawValue }
        let answer = try ToolFiles(folder: project.folder + "/.lathe/tools/files").keeping(
            try await desk.personalCall(reference.tool ?? "", of: server, arguments, seconds: seconds))
        let isError = answer["is_error"]?.boolValue == true
        if options.output == .json {
            TerminalOutput.standardOutput.write(answer.text + "\n")
        } else if isError {
            TerminalOutput.standardError.write("lathe: \(server.name): the tool failed:\n" + ToolAnswer.text(answer))
        } else {
            TerminalOutput.standardOutput.write(ToolAnswer.text(answer))
        }
        return (isError ? ExitCode.failed : .complete).rawValue
    }

    /// Asks on a terminal where a server is not allowed yet; the desk refuses it where nobody can be asked.
    private func isAllowed(
        _ server: ToolServer, _ desk: ToolDesk, _ options: ListingOptions, _ given: GivenText
    ) throws -> Bool {
        guard try desk.standing(of: server) != .allowed, isatty(STDIN_FILENO) == 1, given != .standardInput else {
            return true
        }
        return try ask(server, desk, options)
    }

    func arguments(_ given: GivenText) throws(CommandFailure) -> JSONValue {
        let text = try self.text(given, of: "arguments")
        do throws(JSONError) {
            let value = try JSONValue(parsing: text)
            if value.objectValue != nil { return value }
        } catch {
            throw CommandFailure("--args is not JSON: \(error.reason), at byte \(error.offset)", exitCode: 2)
        }
        throw CommandFailure("--args takes an object, such as '{\"timezone\": \"UTC\"}'", exitCode: 2)
    }

    private func test(
        _ names: [String], _ desk: ToolDesk, _ project: Project, _ options: ListingOptions
    ) async throws -> Int32 {
        tell(desk.configuration.notices)
        var problems: [ToolError] = names.isEmpty ? desk.configuration.problems : []
        var servers: [ToolServer] = []
        for name in names {
            do throws(ToolError) { servers.append(try desk.server(name)) } catch { problems.append(error) }
        }
        if names.isEmpty { servers = desk.configuration.servers.filter { !$0.isOff } }
        let reports = await desk.reports(on: servers)
        show(options, ToolListing.json(reports, problems: problems, notices: desk.configuration.notices)) {
            ToolListing.tested(reports, problems, $0)
        }
        await prepareSearches(desk, project)
        let isSound = problems.isEmpty && reports.allSatisfy(\.isSound)
        return (isSound ? ExitCode.complete : .failed).rawValue
    }
}
