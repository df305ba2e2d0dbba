internal import Foundation
internal import LatheStore
internal import LatheVocabulary

/// The AGENTS.md of a project: read once for each program run, from the project's folder alone.
enum ProjectInstructionsFile {
    /// What is in the file, and what is wrong with it; neither where there is no file.
    struct Reading: Sendable {
        var instructions: ProjectInstructions?
        var problem: String?
    }

    static let name = "AGENTS.md"
    private static let mostBytes = 1 << 20

    static func read(in folder: String) -> Reading {
        let path = folder + "/" + name
        var status = stat()
        guard lstat(path, &status) == 0 else { return Reading() }
        guard let real = withoutLinks(path), let root = withoutLinks(folder), real.hasPrefix(root + "/") else {
            return problem(path, "it is a link to somewhere outside of the project")
        }
        guard stat(real, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return problem(path, "it is no regular file")
        }
        guard status.st_size <= mostBytes else { return problem(path, "it is larger than 1 MiB") }
        let descriptor = open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return problem(path, String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard let data = try? file.read(upToCount: mostBytes) else { return Reading() }
        guard let content = String(data: data, encoding: .utf8) else { return problem(path, "it is not UTF-8") }
        guard let hash = SHA256Stream.of(Array(data)) else {
            return problem(path, "this machine's libcrypto has no SHA-256")
        }
        return Reading(instructions: ProjectInstructions(file: path, sha256: hash, content: content))
    }

    private static func problem(_ path: String, _ reason: String) -> Reading {
        Reading(problem: "\(path) is not told to the model: \(reason)")
    }

    private static func withoutLinks(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }
}
