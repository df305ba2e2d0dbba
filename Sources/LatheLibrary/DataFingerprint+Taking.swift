internal import Foundation
internal import Glibc
package import LatheVocabulary

extension DataFingerprint {
    private static let endBytes = 65_536
    /// Files of a folder that are looked at; one with more has no hash.
    private static let mostFiles = 10_000

    /// Looks at an input; what cannot be read has no hash. Blocks.
    package static func taken(of input: DataInput) -> DataFingerprint {
        var status = stat()
        guard stat(input.path, &status) == 0 else { return DataFingerprint(name: input.name) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return file(input, Int(status.st_size))
        case S_IFDIR: return folder(input)
        default: return DataFingerprint(name: input.name)
        }
    }

    private static func file(_ input: DataInput, _ size: Int) -> DataFingerprint {
        let unread = DataFingerprint(name: input.name, bytes: size)
        let descriptor = open(input.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return unread }
        defer { close(descriptor) }
        guard let head = part(descriptor, from: 0, size), let tail = part(descriptor, from: size - endBytes, size),
            let digest = try? SHA256.of(Array("\(size)\n".utf8) + head + tail)
        else { return unread }
        return DataFingerprint(name: input.name, bytes: size, endsSHA256: digest)
    }

    /// At most `endBytes` from there on; nil where they cannot be read.
    private static func part(_ descriptor: Int32, from start: Int, _ size: Int) -> [UInt8]? {
        let start = max(start, 0)
        var bytes = [UInt8](repeating: 0, count: min(endBytes, size - start))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(start + filled))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            filled += count
        }
        return bytes
    }

    private static func folder(_ input: DataInput) -> DataFingerprint {
        let keys: [URLResourceKey] = [.isRegularFileKey, .fileSizeKey]
        let root = URL(fileURLWithPath: input.path).resolvingSymlinksInPath()
        guard let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: keys) else {
            return DataFingerprint(name: input.name)
        }
        var files: [(path: String, size: Int)] = []
        for case let url as URL in found {
            guard let values = try? url.resourceValues(forKeys: Set(keys)), values.isRegularFile == true else {
                continue
            }
            guard files.count < mostFiles else { return DataFingerprint(name: input.name) }
            files.append((String(url.path.dropFirst(root.path.count + 1)), values.fileSize ?? 0))
        }
        let sorted = files.sorted { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
        let lines = sorted.map { "\($0.size)  \($0.path)\n" }.joined()
        return DataFingerprint(
            name: input.name, bytes: files.reduce(0) { $0 + $1.size },
            endsSHA256: try? SHA256.of(Array(lines.utf8)))
    }
}

extension CapabilityOrigin {
    /// The hash of a prompt's parts as `promptSHA256` has it; nil where this machine has no SHA-256.
    package static func promptSHA256(system: String, tools: String) -> String? {
        try? SHA256.of(Array("\(system)\n\(tools)".utf8))
    }
}
