import Foundation
import LatheVocabulary
import Synchronization
import Testing

@testable import LatheProviders

/// The package's folder, found from this file.
let packageFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

let tools = ToolPaths(
    python: packageFolder + "/.venv/bin/python",
    scripts: packageFolder + "/python",
    models: ToolPaths.modelsFolder(environment: ProcessInfo.processInfo.environment)
)

func fixture(_ name: String) throws -> [UInt8] {
    let path = packageFolder + "/Tests/LatheProvidersTests/Fixtures/" + name
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Keeps what a reply showed while it came in.
final class Watched: Sendable {
    private let steps = Mutex<[ReplyProgress]>([])

    var progress: @Sendable (ReplyProgress) -> Void {
        { step in self.steps.withLock { $0.append(step) } }
    }

    var all: [ReplyProgress] { steps.withLock { $0 } }

    var text: String {
        all.map { if case .text(let piece) = $0 { piece } else { "" } }.joined()
    }

    var code: String {
        all.map { if case .code(let piece) = $0 { piece } else { "" } }.joined()
    }

    var retries: [(attempt: Int, seconds: Double)] {
        all.compactMap { if case .retrying(let attempt, let seconds, _, _) = $0 { (attempt, seconds) } else { nil } }
    }
}

func request(
    _ text: String = "Say hi",
    codeForm: CodeForm? = .tool,
    schema: JSONValue? = nil,
    maxOutputTokens: Int = 64
) -> ModelRequest {
    ModelRequest(
        place: .coordinator, turn: 1, system: "Be short.", messages: [Message(.user, [.text(text)])], state: "",
        codeForm: codeForm, maxOutputTokens: maxOutputTokens, replySchema: schema
    )
}

/// The error of a call that must fail.
func failure(_ call: () async throws -> ModelReply) async -> ModelError? {
    do {
        let reply = try await call()
        Issue.record("a reply came where a failure was due: \(reply.text)")
        return nil
    } catch {
        return error as? ModelError
    }
}

let quick = RetryPolicy(attempts: 3, firstWait: 0.02, longestWait: 0.05)
