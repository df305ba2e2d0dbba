import Foundation

/// A server that models are asked at: where it is, whose it is and with which key.
struct Endpoint: Sendable, Hashable {
    /// As sentences name it: `Anthropic`, `OpenAI`, `the server at 127.0.0.1:8080`.
    var title: String
    var base: URL
    var key: String?
    /// The environment variable that the key comes from.
    var keyVariable: String
    /// Whether nothing is answered without a key.
    var needsKey: Bool

    /// Calls to one server with one key are one account; the key itself is in no name.
    var account: String { "\(title) \(base.absoluteString)" }

    func url(_ path: String) -> URL {
        base.appendingPathComponent(path)
    }

    /// A provider's text, safe to show: the key blotted out, escaped, cut to 300 characters.
    func quoted(_ text: String) -> String {
        guard let key, !key.isEmpty else { return PlainText.line(text) }
        return PlainText.line(text.replacing(key, with: "[key]"))
    }
}
