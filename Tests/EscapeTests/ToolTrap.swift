import Foundation
import LatheScreens
import LatheStore
import LatheTestSupport
import LatheTools
import LatheVocabulary
import Synchronization

@testable import LatheEngine

/// Real servers of tools behind the desk that answers a kernel, with a person who watches what they are asked.
///
/// `shop` is allowed, `hidden` is not. A rule lets `shop/look` and `shop/long` be called, forbids `shop/forbidden`, and asks about
/// the rest; the person says yes to `shop/write` and no to everything else.
final class ToolTrap: ToolConsent {
    private let folder: URL
    private let desk: ToolDesk
    private let services: EngineServices
    private let access: ToolShelf
    private let asked = Mutex<[ToolRequest]>([])

    private static let shop = """
        import json
        import pathlib

        _CALLS = pathlib.Path(__file__).with_name("calls")


        def _noted(name: str, text: str) -> str:
            with _CALLS.open("a") as file:
                file.write(json.dumps([name, text]) + "\\n")
            return text


        def look(item: str) -> str:
            return item


        def long(item: str) -> str:
            return item * 400_000


        def write(text: str) -> str:
            return _noted("write", text)


        def refused(text: str) -> str:
            return _noted("refused", text)


        def forbidden(text: str) -> str:
            return _noted("forbidden", text)
        """

    /// `folder` is a new folder for the project and the user's state, `session` the absolute path of the session's.
    init(folder: URL, session: String, host: any KernelPlacement) throws {
        self.folder = folder
        let tools = folder.appending(path: "tools")
        for made in [tools, folder.appending(path: "logs")] {
            try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
        }
        for name in ["shop", "hidden"] {
            try Self.shop.write(to: tools.appending(path: "\(name).py"), atomically: true, encoding: .utf8)
        }
        let built = try BuiltParts.find()
        let package = built.root + "/python/lathe_tools"
        let environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path]
        desk = ToolDesk(
            configuration: ToolConfiguration(project: folder.path, userFile: folder.path + "/mcp.json"),
            project: folder.path,
            launch: ToolLaunch(
                project: folder.path, environment: environment, python: built.interpreter, package: package),
            records: ToolDatabase(folder: folder.path + "/state"),
            host: ToolHost(
                python: built.interpreter, package: package, folder: folder.path + "/logs", environment: environment))
        try desk.allow(try desk.server("shop"))
        services = EngineServices(
            session: "escape", log: EventLog(journal: MemoryJournal()), placement: host, library: EmptyLibrary(),
            model: { _ async throws(ModelError) -> any LanguageModel in
                throw ModelError(.notRecorded, "there is no model")
            })
        access = ToolShelf(desk: desk, folder: session)
    }

    /// Answers calls as an engine would that has this kernel at `place`.
    func answer(_ call: HostCall, at place: Place) async -> HostReply {
        var services = services
        services.tools = SessionTools(
            access: access, rules: ToolRules(allow: ["shop/lo*", "hidden/*"], deny: ["shop/forbidden"]), consent: self,
            kept: desk.keptAnswers)
        let delegation = Delegation(registry: SubtaskRegistry(places: [], lastID: 0), services: services)
        let hostDesk = HostDesk(
            place: place, services: services, delegation: delegation, answers: AnswerBox(returns: nil),
            spending: Spending(rest: 1))
        return await hostDesk.answer(call)
    }

    func answer(to request: ToolRequest) async -> ConsentAnswer {
        asked.withLock { $0.append(request) }
        // Whoever is asked takes a moment, in which the code that asks may do what it likes.
        try? await Task.sleep(for: .milliseconds(200))
        return request.server == "shop" && request.tool == "write" ? .once : .no
    }

    /// What was done that nobody allowed, and what was shown that could act on a terminal.
    ///
    /// A call may end after the kernel that made it: what was ever asked about may have been called.
    func harm() throws -> [String] {
        let requests = asked.withLock { $0 }
        var harm: [String] = []
        let canvas = Canvas(width: 80)
        for request in requests {
            let text = canvas.render(ToolRequestListing.lines(request, canvas))
            let acts = text.unicodeScalars.contains {
                $0.value != 0x0A && ($0.value < 0x20 || (0x7F...0x9F).contains($0.value))
            }
            if acts || text.contains("\u{202E}") || text.utf8.count > 20_000 {
                harm.append("the question: \(text.debugDescription.prefix(500))")
            }
        }
        let allowed = requests.filter { $0.tool == "write" }.compactMap { $0.arguments["text"]?.stringValue }
        let file = folder.appending(path: "tools/calls")
        let made = FileManager.default.contents(atPath: file.path) ?? Data()
        try? FileManager.default.removeItem(at: file)
        for line in String(decoding: made, as: UTF8.self).split(separator: "\n") {
            let call = try JSONValue(parsing: String(line)).arrayValue?.compactMap(\.stringValue) ?? []
            if call.first != "write" || !allowed.contains(call.last ?? "") { harm.append("called \(line)") }
        }
        let kept = try desk.records.keptAnswers()
        if !kept.isEmpty { harm.append("kept as always: \(kept)") }
        return harm
    }

    func close() async { await desk.host.close() }
}
