package import Foundation
import LatheVocabulary

/// A model server that answered on this machine.
package struct LocalServer: Sendable, Hashable {
    /// Ends in `/v1`.
    package var base: URL
    /// As the server names them, in its order.
    package var models: [String]
    /// Whether it is of llama.cpp's kind, which takes a grammar.
    package var takesGrammar: Bool

    /// The ports that local model servers usually listen on: Ollama, llama.cpp, vLLM, LM Studio.
    package static let usualPorts = [11434, 8080, 8000, 1234]

    /// Asks every usual port at once and returns the servers that have a model, in the order of the ports.
    package static func search(ports: [Int] = usualPorts, seconds: Double = 0.3) async -> [LocalServer] {
        let client = HTTPClient()
        return await withTaskGroup(of: (Int, LocalServer?).self) { group in
            for (index, port) in ports.enumerated() {
                guard let base = URL(string: "http://127.0.0.1:\(port)/v1") else { continue }
                group.addTask { (index, await found(at: base, client, seconds)) }
            }
            var servers: [(Int, LocalServer)] = []
            for await case (let index, let server?) in group { servers.append((index, server)) }
            return servers.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func found(at base: URL, _ client: HTTPClient, _ seconds: Double) async -> LocalServer? {
        guard let answer = await get(base.appendingPathComponent("models"), client, key: nil, seconds),
            let models = answer["data"]?.arrayValue?.compactMap({ $0["id"]?.stringValue }), !models.isEmpty
        else { return nil }
        return LocalServer(
            base: base, models: models, takesGrammar: await takesGrammar(at: base, client, key: nil, seconds: seconds)
        )
    }

    /// Whether a server shows the properties that llama.cpp's does.
    static func takesGrammar(at base: URL, _ client: HTTPClient, key: String?, seconds: Double) async -> Bool {
        await properties(at: base, client, key: key, seconds: seconds) != nil
    }

    /// What a server of llama.cpp's kind says of itself, such as `n_ctx`; nil for any other.
    static func properties(at base: URL, _ client: HTTPClient, key: String?, seconds: Double) async -> JSONValue? {
        guard base.lastPathComponent == "v1" else { return nil }
        let properties = base.deletingLastPathComponent().appendingPathComponent("props")
        return await get(properties, client, key: key, seconds)?["default_generation_settings"]
    }

    private static func get(_ url: URL, _ client: HTTPClient, key: String?, _ seconds: Double) async -> JSONValue? {
        let limits = HTTPTimeouts(connect: seconds, firstByte: seconds, idle: seconds)
        let headers = key.map { ["authorization": "Bearer " + $0] } ?? [:]
        guard let response = try? await client.send("GET", url, headers: headers, timeouts: limits) else { return nil }
        defer { response.close() }
        guard response.status == 200, let body = try? await response.body(limit: 1 << 20) else { return nil }
        return try? JSONValue(parsing: body)
    }
}
