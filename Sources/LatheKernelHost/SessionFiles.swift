private import CSandbox
private import Glibc
internal import LatheVocabulary
internal import LatheWire

/// Makes a new file in `folder`; `name` is relative to it and gets a number where it is taken. Nil where it cannot be.
func createUnique(in folder: String, name: String) -> (descriptor: Int32, name: String)? {
    let dot = name.lastIndex(of: ".") ?? name.endIndex
    for attempt in 1...10_000 {
        let candidate = attempt == 1 ? name : "\(name[..<dot])-\(attempt)\(name[dot...])"
        let file = open("\(folder)/\(candidate)", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        if file >= 0 { return (file, candidate) }
        guard errno == EEXIST else { return nil }
    }
    return nil
}

/// A text as part of a file's name: printable ASCII without separators, bounded, never hidden, never empty.
func safeFileName(_ text: String) -> String {
    let last = text.split(separator: "/").last.map(String.init) ?? ""
    let allowed = last.unicodeScalars.prefix(100).map { scalar -> Character in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": Character(scalar)
        default: "-"
        }
    }
    let name = String(allowed.drop { $0 == "." || $0 == "-" })
    return name.isEmpty ? "unnamed" : name
}

/// Text from a process for a person's screen: control characters out, bounded, on its own lines.
func printable(_ bytes: some Collection<UInt8>, limit: Int = 2000) -> String {
    let text = String(decoding: bytes.suffix(limit), as: UTF8.self)
    let scalars = text.unicodeScalars.filter { $0 == "\n" || ($0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)) }
    return String(String.UnicodeScalarView(scalars))
}

/// Copies what a kernel offers into the session's artifacts folder, under a name of the host's own choice.
struct ArtifactFolder {
    let path: String
    let limit: Int

    /// Nil, with a reason, where the content is not a regular or memory file, is too large or cannot be copied.
    func keep(
        _ source: OwnedDescriptor, name: String, mime: String, title: String
    ) -> (artifact: Artifact?, problem: String) {
        var status = stat()
        guard fstat(source.raw, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return (nil, "its content is not a file")
        }
        let size = Int(status.st_size)
        guard size <= limit else { return (nil, "it has \(size) bytes; the limit is \(limit)") }
        guard let (file, kept) = createUnique(in: path, name: safeFileName(name)) else {
            return (nil, "no file can be made in \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        guard copy(source.raw, to: file, size: size) else {
            unlink("\(path)/\(kept)")
            return (nil, "it could not be copied: \(String(cString: strerror(errno)))")
        }
        let artifact = Artifact(
            name: kept, mime: printable(mime.utf8, limit: 100), title: printable(title.utf8, limit: 300), bytes: size,
            path: "\(path)/\(kept)")
        return (artifact, "")
    }

    private func copy(_ source: Int32, to file: Int32, size: Int) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while offset < size {
            let length = pread(source, &buffer, min(buffer.count, size - offset), off_t(offset))
            if length < 0, errno == EINTR { continue }
            guard length > 0, write(file, buffer, length) == length else { return false }
            offset += length
        }
        return true
    }
}
