internal import Foundation
internal import LatheVocabulary

/// What a model's name says in the conventions' terms: `anthropic:claude-sonnet-4-5`, `local:qwen3@http://host:11434/v1`.
struct ModelIdentity: Sendable, Hashable {
    var provider: String
    var model: String
    var address: String?
    var port: Int?

    init(_ name: String) {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        provider = parts.first ?? name
        model = parts.count > 1 ? parts[1] : name
        guard provider == "local", let at = model.firstIndex(of: "@") else { return }
        let url = URLComponents(string: String(model[model.index(after: at)...]))
        address = url?.host
        port = url?.port
        model = String(model[..<at])
    }

    var attributes: [String: JSONValue] {
        var found: [String: JSONValue] = [
            GenAIName.provider: .string(provider), GenAIName.requestModel: .string(model),
        ]
        if let address { found[GenAIName.serverAddress] = .string(address) }
        if let port { found[GenAIName.serverPort] = .integer(port) }
        return found
    }
}
