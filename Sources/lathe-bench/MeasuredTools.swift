internal import Foundation
internal import LatheLibrary
internal import LatheStore
internal import LatheTools
internal import LatheVocabulary

/// Tools that are searched as a session searches them, with the server's and the tool's own names as their paths.
actor MeasuredTools {
    private let parts: BenchParts
    private let clock = ContinuousClock()
    private var held: (search: ToolSearch, tools: SearchedTools)?

    init(parts: BenchParts) { self.parts = parts }

    /// Opens the tools of the file `code`, an object of `server` and `tool` a line: the seconds until all have vectors.
    func open(_ step: Step) async throws -> StepAnswer {
        let documents = try String(contentsOfFile: step.code, encoding: .utf8).split(separator: "\n").map { line in
            let entry = try JSONValue(parsing: String(line))
            guard let server = entry["server"]?.stringValue, let tool = entry["tool"],
                let definition = ToolDefinition(server: server, json: tool)
            else { throw BenchError("this is no tool: \(line.prefix(200))") }
            return SearchedDocument(definition, path: "\(server)/\(definition.name)")
        }
        await held?.search.close()
        let tools = SearchedTools(generation: 1, documents: documents, ownNames: documents.map(\.path)) { _ in [] }
        let search = ToolSearch(
            index: LibraryIndex(path: step.code + "-index.db", what: "tools"),
            meaning: MeaningProcess(
                python: parts.root + "/.venv/bin/python3", package: parts.root + "/python/lathe_meaning"))
        held = (search, tools)
        let began = clock.now
        let left = try await search.prepare(tools) { _ in }
        guard left == 0 else { throw BenchError("\(left) tools have no vector") }
        return StepAnswer(seconds: [(clock.now - began) / .seconds(1)])
    }

    /// The `count` tools that fit the task `code` best with how well they do, how many of them the task is told of, as many by its
    /// words alone, and the order in which new ones would get vectors; as JSON.
    func fits(_ step: Step) async throws -> StepAnswer {
        guard let held else { throw BenchError("no tools were opened") }
        let began = clock.now
        let (best, offered) = try await held.search.fits(of: step.code, among: held.tools, limit: step.count)
        let took = (clock.now - began) / .seconds(1)
        let (byWords, candidates) = try await held.search.byWords(
            of: step.code, among: held.tools, limit: step.count)
        let pairs = best.map { ["tool": .string($0.path), "fit": .number($0.fit)] as JSONValue }
        let value: JSONValue = [
            "best": .array(pairs), "offered": .integer(offered), "by_words": .array(byWords.map(JSONValue.string)),
            "candidates": .array(candidates.map(JSONValue.string)),
        ]
        return StepAnswer(seconds: [took], value: value.text)
    }

    func close() async {
        await held?.search.close()
        held = nil
    }
}
