package import LatheVocabulary
internal import Synchronization

/// What the user answered with "always", for tests that have no disk. Nothing else is kept.
package final class AnswersInMemory: ToolRecords {
    private let kept = Mutex<[KeptAnswer]>([])

    package init() {}

    package func allowedServer(_ server: String, in project: String) -> String? { nil }
    package func allowedTools(of server: String, in project: String) -> [String: String] { [:] }
    package func allow(_ server: String, definition: String, in project: String) {}
    package func allow(toolsOf server: String, _ definitions: [String: String], in project: String) {}
    package func forget(_ server: String, in project: String) {}
    package func hold(_ listing: ToolCatalogueEntry, of server: String, in project: String) {}
    package func listed(_ server: String, in project: String) -> ToolCatalogueEntry? { nil }
    package func listedTool(_ tool: String, of server: String, in project: String) -> ToolDefinition? { nil }
    package func listingStamp(of server: String, in project: String) -> ToolListingStamp? { nil }
    package func keep(_ call: PersonalCall) {}
    package func calls(in project: String, atMost count: Int) -> [PersonalCall] { [] }

    package func keep(_ answer: KeptAnswer) {
        kept.withLock { kept in
            kept.removeAll { ($0.project, $0.server, $0.tool) == (answer.project, answer.server, answer.tool) }
            kept.append(answer)
        }
    }

    package func keptAnswers() -> [KeptAnswer] { kept.withLock { $0 } }
    package func forgetAnswers(to server: String, tool: String?, in project: String) -> Int { 0 }
}
