internal import Foundation
internal import LatheLibrary
internal import LatheProviders
internal import LatheScreens
internal import LatheStore
internal import LatheVocabulary

extension CommandRun {
    // MARK: sessions

    func sessions(_ command: SessionsCommand) async throws(CommandFailure) -> Int32 {
        let project = try Project.find(command.options.project, environment: environment)
        let store = SessionStore(folder: project.sessions)
        return try await reporting {
            switch command.action {
            case .list:
                let rows = try await store.list().map(SessionRow.init)
                show(command.options, SessionListing.json(rows)) {
                    SessionListing.lines(rows, now: Date().timeIntervalSince1970, canvas: $0)
                }
            case .show(let name):
                let detail = try await SessionDetail.read(name, in: store)
                show(command.options, detail.json) {
                    SessionListing.lines(detail, now: Date().timeIntervalSince1970, canvas: $0)
                }
            case .ledger(let name):
                _ = try await store.summary(name)
                let events = try await store.read(name).journal.events(after: 0, of: Ledger.kinds, texts: .none)
                let view = Ledger(events).view(of: .coordinator)
                show(command.options, view.json()) { LedgerListing.lines(view, $0) }
            case .export(let name, let options): try await export(name, options, in: store, project)
            case .check(let name): return try await check(name, in: store, command.options)
            case .recording(let name):
                let events = try await store.read(name).journal.events(after: 0)
                TerminalOutput.standardOutput.write(try Recording(events: events).text())
            case .delete(let names):
                for name in names { _ = try await store.summary(name) }
                let question = "Delete \(names.joined(separator: ", ")) with journal, outputs and artifacts?"
                guard command.options.confirmation == .assumed || Question.isAffirmed(question) else {
                    return ExitCode.failed.rawValue
                }
                for name in names { try await store.delete(name) }
            }
            return ExitCode.complete.rawValue
        }
    }

    // MARK: model

    func model(_ command: ModelCommand) async throws(CommandFailure) -> Int32 {
        let installation = try Installation.find(environment: environment)
        let installer = ModelInstaller(tools: installation.tools(environment))
        return try await reporting {
            switch command.action {
            case .list:
                let rows = installer.list().map(ModelRow.init)
                show(command.options, ModelListing.json(rows)) { ModelListing.lines(rows, canvas: $0) }
                return ExitCode.complete.rawValue
            case .install(let name):
                return try await install(try Self.weights(name), installer, command.options)
            case .remove(let name):
                let weights = try Self.weights(name)
                let question = "Remove \(weights.title)? It can be installed again."
                guard command.options.confirmation == .assumed || Question.isAffirmed(question) else {
                    return ExitCode.failed.rawValue
                }
                guard try installer.remove(weights) else {
                    throw CommandFailure("\(weights.name) is not installed; 'lathe model list' shows what is")
                }
                return ExitCode.complete.rawValue
            }
        }
    }

    private static func weights(_ name: String?) throws -> EmbeddedWeights {
        guard let name else { return .standard }
        return try EmbeddedWeights.named(name)
    }

    private func install(
        _ weights: EmbeddedWeights, _ installer: ModelInstaller, _ options: ListingOptions
    ) async throws -> Int32 {
        if installer.isInstalled(weights) {
            return say("\(weights.name) is installed: \(installer.path(of: weights))")
        }
        let question = "Download \(weights.title) (\(weights.bytes / 1_000_000) MB, \(weights.license))?"
        guard options.confirmation == .assumed || Question.isAffirmed(question) else { return ExitCode.failed.rawValue }
        let screen = DownloadScreen(label: weights.name, output: .standardError, environment: environment)
        let interrupts = Interrupts()
        let result: Result<String, any Error> = await interrupts.guarding {
            do {
                return .success(try await installer.install(weights) { screen.show(done: $0.done, of: $0.total) })
            } catch {
                return .failure(error)
            }
        }
        screen.finish()
        if interrupts.wasInterrupted {
            TerminalOutput.standardError.write(
                "Stopped; run 'lathe model install \(weights.name)' again to go on from there.\n")
            return ExitCode.interrupted.rawValue
        }
        return say("\(weights.name) is installed: \(try result.get())")
    }

    // MARK: doctor

    func doctor(_ options: ListingOptions) async throws(CommandFailure) -> Int32 {
        let report = DoctorReport(
            try await DoctorCheck(
                environment: environment, project: options.project, arrangement: options.sandbox.arrangement
            ).findings())
        show(options, report.json) { report.lines($0) }
        return report.exitCode.rawValue
    }

    // MARK: Output

    func show(_ options: ListingOptions, _ json: JSONValue, _ lines: (Canvas) -> [StyledLine]) {
        let output = TerminalOutput.standardOutput
        guard options.output != .json else {
            output.write(json.text + "\n")
            return
        }
        let canvas = Canvas(size: output.size(), environment: environment)
        output.write(canvas.render(lines(canvas)))
    }

    /// Turns whatever error comes from below into the one line that the user sees.
    func reporting(_ body: () async throws -> Int32) async throws(CommandFailure) -> Int32 {
        do {
            return try await body()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(CommandFailure.reason(of: error))
        }
    }
}
