package import Foundation

/// Which model a user asked for: `anthropic:NAME`, `openai:NAME`, `local:NAME@URL`, `embedded`, `replay:PATH`.
package enum ModelName: Sendable, Hashable {
    case anthropic(String)
    case openAI(String)
    /// A server that speaks chat completions without being OpenAI's.
    case local(String, URL)
    case embedded(EmbeddedWeights)
    case replay(path: String)

    package init(parsing text: String) throws(ModelSetupError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.count == 2 ? String(parts[1]) : ""
        switch (parts[0], rest.isEmpty) {
        case ("anthropic", false): self = .anthropic(rest)
        case ("openai", false): self = .openAI(rest)
        case ("local", false): self = try ModelName.local(parsing: rest)
        case ("embedded", true): self = .embedded(.standard)
        case ("embedded", false): self = .embedded(try EmbeddedWeights.named(rest))
        case ("replay", false): self = .replay(path: rest)
        default:
            throw ModelSetupError(
                .badName,
                "\(PlainText.quoted(text)) is not a model. Write anthropic:NAME, openai:NAME, local:NAME@URL, embedded "
                    + "or replay:PATH."
            )
        }
    }

    private static func local(parsing text: String) throws(ModelSetupError) -> ModelName {
        guard let mark = text.lastIndex(of: "@"), mark != text.startIndex, !text[..<mark].contains("://") else {
            throw ModelSetupError(
                .badName,
                "local:\(PlainText.line(text, limit: 120)) lacks a server. Write local:NAME@URL, "
                    + "such as local:qwen3@http://127.0.0.1:11434."
            )
        }
        let name = String(text[..<mark])
        return .local(name, try serverURL(String(text[text.index(after: mark)...])))
    }

    /// A server's base address: http or https with a host, and `/v1` where no path is given.
    static func serverURL(_ text: String) throws(ModelSetupError) -> URL {
        let full = text.contains("://") ? text : "http://" + text
        guard var parts = URLComponents(string: full), let host = parts.host, !host.isEmpty,
            parts.scheme == "http" || parts.scheme == "https", parts.user == nil, parts.query == nil
        else {
            throw ModelSetupError(
                .badName,
                "\(PlainText.quoted(text)) is not a server's address. Write it as http://HOST:PORT or https://HOST/v1."
            )
        }
        while parts.path.hasSuffix("/") { parts.path.removeLast() }
        if parts.path.isEmpty { parts.path = "/v1" }
        guard let url = parts.url else {
            throw ModelSetupError(.badName, "\(PlainText.quoted(text)) is not a server's address.")
        }
        return url
    }
}

extension ModelName: CustomStringConvertible {
    package var description: String {
        switch self {
        case .anthropic(let name): "anthropic:" + name
        case .openAI(let name): "openai:" + name
        case .local(let name, let url): "local:\(name)@\(url.absoluteString)"
        case .embedded(.standard): "embedded"
        case .embedded(let weights): "embedded:" + weights.name
        case .replay(let path): "replay:" + path
        }
    }
}
