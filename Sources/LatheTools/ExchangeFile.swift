internal import Glibc
internal import LatheVocabulary

/// An answer that was too long for a line: a file of the exchange folder, read once and removed.
enum ExchangeFile {
    private static let most = 128 << 20

    static func content(of file: JSONValue, in folder: String) -> Result<JSONValue, ToolError> {
        guard let name = file["name"]?.stringValue, let bytes = file["bytes"]?.integerValue, !name.contains("/"),
            (0...most).contains(bytes)
        else {
            return .failure(ToolError(.host, "the tool host named no file, or one of more than \(most >> 20) MiB"))
        }
        let path = folder + "/" + name
        defer { unlink(path) }
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(ToolError(.host, "the tool host's file \(name) is not there")) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while content.count <= bytes {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            content += buffer[..<count]
        }
        guard content.count == bytes,
            let value = try? JSONValue(
                parsing: content, limits: JSONLimits(bytes: most, depth: 256))
        else { return .failure(ToolError(.host, "the tool host's file \(name) is not what it said")) }
        return .success(value)
    }
}
