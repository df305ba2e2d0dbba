internal import Foundation
internal import LatheEngine
internal import LatheLibrary
internal import LatheScreens
internal import LatheStore
internal import LatheTelemetry
internal import LatheVocabulary

extension CommandRun {
    /// `lathe sessions export`: a session as a file that people use. Reads alone; a session at work is written as it is now.
    func export(_ name: String, _ options: ExportOptions, in store: SessionStore, _ project: Project) async throws {
        let session = try await store.read(name)
        let events = try await session.journal.events(after: 0)
        let target = try options.target(session: name)
        if case .endpoint(let address) = options.destination {
            return try await send(events, of: name, to: address, project.telemetry)
        }
        let content: ExportedContent
        switch options.form {
        case .otlp:
            let past = PastTelemetry(events, session: name, settings: project.telemetry, version: Version.text)
            content = ExportedContent(text: past.text)
        case .jsonl: content = ExportedContent(text: Self.lines(events))
        case .notebook, .markdown:
            let installation = try Installation.find(environment: environment)
            let library = project.openLibrary(installation)
            let request = await ExportRequest.request(
                session: name, folder: session.folder.path, events: events, target: target, library: library)
            content = try await request.made(as: options.form, events: Self.lines(events), by: installation)
        }
        guard let target else {
            TerminalOutput.standardOutput.write(content.text)
            return
        }
        try target.write(content)
        let copies = content.copies.isEmpty ? "" : " and \(target.filesFolder)"
        _ = say(TerminalText.safe("wrote \(target.path)\(copies)"))
    }

    /// Tells an endpoint what happened in a session.
    private func send(
        _ events: [Event], of name: String, to address: String, _ settings: TelemetrySettings
    ) async throws(CommandFailure) {
        guard let url = TelemetrySettings.url(address) else {
            throw CommandFailure("\(address) is no address such as http://127.0.0.1:4318", exitCode: 2)
        }
        let past = PastTelemetry(events, session: name, settings: settings, version: Version.text)
        if let reason = await past.send(to: url) { throw CommandFailure("\(name) was not sent: \(reason)") }
        _ = say(TerminalText.safe("sent \(past.spanCount) spans to \(address)"))
    }

    /// The durable events as `--json` prints them.
    private static func lines(_ events: [Event]) -> String {
        events.map { JSONScreen.line($0) + "\n" }.joined()
    }
}

extension ExportOptions {
    /// Where the file goes, which must be free or replaceable; nil for standard output.
    fileprivate func target(session: String) throws(CommandFailure) -> ExportTarget? {
        guard case .file(let given) = destination else { return nil }
        let path = URL(fileURLWithPath: given ?? session + form.suffix).standardizedFileURL.path
        let target = ExportTarget(path: path, replacing: replacing)
        try target.check()
        return target
    }
}

/// What an export is made of beside the events.
struct ExportRequest: Sendable {
    private var value: JSONValue

    /// Names the cells that the working memory is made of, and finds the functions of the library that cells used.
    static func request(
        session: String, folder: String, events: [Event], target: ExportTarget?, library: SourceLibrary
    ) async -> ExportRequest {
        var sources: [JSONValue] = []
        var missing: [JSONValue] = []
        let given = Dictionary(events.compactMap(\.givenFunction)) { $1 }
        for name in Set(events.compactMap(\.usedFunction)).sorted() {
            if let source = given[name] {
                sources.append(["name": .string(name), "source": .string(source)])
                continue
            }
            do throws(LibraryError) {
                let source = try await library.source(of: .function, named: name)
                sources.append(["name": .string(name), "source": .string(source)])
            } catch {
                missing.append(.string(name))
            }
        }
        let steps = SessionPast(events).path.steps.map { step -> JSONValue in
            [
                "cell": .integer(step.cell), "until": step.until.map { .integer($0) } ?? .null,
                "then": step.then.map { .string($0) } ?? .null, "wentThrough": .bool(step.wentThrough),
            ]
        }
        return ExportRequest(value: [
            "session": .string(session), "folder": .string(folder), "version": .string(Version.text),
            "steps": .array(steps), "library": .array(sources), "missing": .array(missing),
            "beside": target.map { .string($0.folder) } ?? .null,
            "files": target.map { .string($0.filesName) } ?? .null,
        ])
    }

    /// Has our own Python make the file's text.
    func made(
        as form: ExportOptions.Form, events: String, by installation: Installation
    ) async throws(CommandFailure) -> ExportedContent {
        let limits = ReaderProcess.Limits(seconds: 300, outputBytes: 1 << 30, memoryBytes: 4 << 30)
        let process = ReaderProcess(
            python: installation.interpreter, reader: installation.python + "/lathe_export", limits: limits)
        let input = value.text + "\n" + events
        let result: Result<ReaderProcess.Result, LibraryError> = await withCheckedContinuation { done in
            Thread.detachNewThread {
                done.resume(
                    returning: Result { () throws(LibraryError) in try process.run([form.rawValue], input: input) })
            }
        }
        do {
            let output = try result.get()
            guard output.code == 0 else {
                let last = output.complaint.split(separator: "\n").last.map(String.init) ?? "no reason given"
                throw CommandFailure("the session could not be written as \(form.rawValue): \(last.prefix(300))")
            }
            return try ExportedContent(parsing: output.output)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(CommandFailure.reason(of: error))
        }
    }
}

extension Event {
    /// The source of a function that was given to the session's kernel here.
    fileprivate var givenFunction: (String, String)? {
        guard place == .coordinator, case .hostAnswered(let answer) = body, answer.name == "capability",
            let served = answer.value.flatMap(ServedCapability.init), served.kind == .function
        else { return nil }
        return (served.name, served.source)
    }

    /// The function of the library that a cell of the session's kernel used here.
    fileprivate var usedFunction: String? {
        guard place == .coordinator, case .capabilityUsed(let used) = body, used.kind == .function else { return nil }
        return used.name
    }
}
