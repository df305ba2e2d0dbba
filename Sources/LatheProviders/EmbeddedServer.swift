package import Foundation
import Glibc
import LatheVocabulary

/// The embedded model's server on loopback: started when it is first needed, stopped with `lathe`.
///
/// llama.cpp by way of xllamacpp, in a process of its own that ends when its input closes or its parent dies. A key that
/// only this object knows keeps other users of the machine out.
package actor EmbeddedServer {
    private struct Running {
        var child: ChildProcess
        var base: URL
    }

    package nonisolated let weights: EmbeddedWeights
    /// Sent as `authorization: Bearer`.
    nonisolated let key: String
    private let tools: ToolPaths
    private let contextTokens: Int
    /// Tokens that the server is started with room for.
    static let context = 8_192
    private var starting: Task<Running, any Error>?

    package init(_ weights: EmbeddedWeights, tools: ToolPaths, contextTokens: Int = EmbeddedServer.context) {
        self.weights = weights
        self.tools = tools
        self.contextTokens = contextTokens
        key = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
    }

    /// The server's base address, ending in `/v1`; starts it where it is not running, also after it died.
    package func address() async throws(ModelSetupError) -> URL {
        do {
            if let starting {
                let running = try await starting.value
                if running.child.ending == nil { return running.base }
            }
        } catch {
            starting = nil
        }
        let launch = Task { try await self.launch() }
        starting = launch
        do {
            return try await launch.value.base
        } catch {
            if starting == launch { starting = nil }
            throw error as? ModelSetupError
                ?? ModelSetupError(.serverFailed, "The embedded model did not start.", underlying: error)
        }
    }

    /// Ends the server and waits until it is gone. Safe to call at any time, also when none runs.
    package func stop() async {
        guard let starting else { return }
        self.starting = nil
        starting.cancel()
        if let running = try? await starting.value { await running.child.stop() }
    }

    private func launch() async throws(ModelSetupError) -> Running {
        let path = tools.models + "/" + weights.fileName
        guard FileManager.default.fileExists(atPath: path) else {
            throw ModelSetupError(
                .notInstalled, "\(weights.title) is not installed: run lathe model install \(weights.name)."
            )
        }
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("lathe-model-\(UUID()).log").path
        defer { unlink(log) }
        let child = try await TrustedScript.start("serve", tools: tools, errorFile: log)
        let settings: JSONValue = [
            "model": .string(path), "alias": .string(weights.name), "key": .string(key),
            "context": .integer(contextTokens), "threads": .integer(ProcessInfo.processInfo.activeProcessorCount),
        ]
        child.write(line: settings.text)
        let answer = await firstLine(of: child, seconds: 180)
        if let value = answer.flatMap({ try? JSONValue(parsing: $0) }), let port = value["port"]?.integerValue,
            let base = URL(string: "http://127.0.0.1:\(port)/v1")
        {
            return Running(child: child, base: base)
        }
        let errors = (FileManager.default.contents(atPath: log) ?? Data()).suffix(600)
        let said = answer ?? String(decoding: errors, as: UTF8.self)
        await child.stop(grace: 0)
        if Task.isCancelled { throw ModelSetupError(.cancelled, "The embedded model's start was stopped.") }
        throw ModelSetupError(
            .serverFailed,
            "The embedded model's server did not start: \(PlainText.line(said.isEmpty ? "it said nothing" : said)). "
                + "Run: lathe doctor."
        )
    }

    private nonisolated func firstLine(of child: ChildProcess, seconds: Double) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask {
                for await line in child.lines { return line }
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
