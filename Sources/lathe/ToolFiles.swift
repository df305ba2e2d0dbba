internal import Foundation
internal import LatheTools
internal import LatheVocabulary

/// What a tool returned beside text: images, sound and other bytes, as files of the project's `.lathe/tools/files`.
struct ToolFiles: Sendable {
    let folder: String

    private static let endings = [
        "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/svg+xml": "svg",
        "audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg", "application/pdf": "pdf",
        "application/json": "json", "text/plain": "txt", "text/csv": "csv",
    ]

    /// The answer with each piece of base64 in a file of its own, named in its place by `file` and `bytes`.
    func keeping(_ answer: JSONValue) throws -> JSONValue {
        guard case .object(var members) = answer, let content = members["content"]?.arrayValue else { return answer }
        var kept: [JSONValue] = []
        for item in content { kept.append(try keeping(item: item)) }
        members["content"] = .array(kept)
        return .object(members)
    }

    private func keeping(item: JSONValue) throws -> JSONValue {
        guard case .object(var members) = item else { return item }
        if let resource = members["resource"] {
            members["resource"] = try keeping(item: resource)
            return .object(members)
        }
        let key = members["blob"] != nil ? "blob" : "data"
        guard let text = members[key]?.stringValue else { return item }
        guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
            throw ToolError(
                .badResult, "it answered with bytes that are no base64 (\(text.utf8.count) characters)",
                mend: "report this to whoever makes the server")
        }
        let path = try write(data, members["mimeType"]?.stringValue ?? "")
        members[key] = nil
        members["file"] = .string(path)
        members["bytes"] = .integer(data.count)
        return .object(members)
    }

    /// The same bytes always have the same name.
    private func write(_ data: Data, _ mediaType: String) throws(CommandFailure) -> String {
        let name = data.reduce(into: UInt64(14_695_981_039_346_656_037)) { hash, byte in
            hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211
        }
        let path = folder + "/\(String(name, radix: 16))-\(data.count).\(Self.endings[mediaType] ?? "bin")"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)")
        }
        return path
    }
}
