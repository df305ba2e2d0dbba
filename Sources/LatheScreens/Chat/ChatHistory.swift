import Foundation
import Synchronization

/// The lines that were entered in the chats of a project: a file that only its owner may read, a JSON text a line.
///
/// A line that looks as if it held a secret, or begins with a space, is in no history. A file that cannot be read or written is
/// no reason not to chat: then there are the lines of this run alone.
package final class ChatHistory: Sendable {
    private let path: String
    private let most: Int

    /// `most` lines are kept.
    package init(path: String, most: Int = 1_000) {
        self.path = path
        self.most = most
    }

    /// Earlier lines, oldest first.
    package func lines() -> [String] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return [] }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        guard let data = try? handle.read(upToCount: Self.mostBytes) else { return [] }
        let texts = data.split(separator: UInt8(ascii: "\n")).compactMap { line -> String? in
            try? JSONDecoder().decode(String.self, from: Data(line))
        }
        return texts.suffix(most).filter { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } }
    }

    /// Adds a line. A file that has grown to twice what is kept is written anew.
    package func add(_ line: String) {
        guard Self.keeps(line), let encoded = try? JSONEncoder().encode(line) else { return }
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        // One write, so that two chats at once do not mix their lines.
        try? handle.write(contentsOf: encoded + Data([UInt8(ascii: "\n")]))
        if let size = try? handle.offset(), size > Self.mostBytes / 2 { shorten() }
    }

    private func shorten() {
        let kept = lines().suffix(most / 2).compactMap { try? JSONEncoder().encode($0) }
        let data = Data(kept.joined(separator: [UInt8(ascii: "\n")]) + [UInt8(ascii: "\n")])
        guard (try? data.write(to: URL(fileURLWithPath: path), options: .atomic)) != nil else { return }
        chmod(path, 0o600)
    }

    private static let mostBytes = 4 << 20

    // MARK: Secrets

    /// Whether a line may be kept.
    package static func keeps(_ line: String) -> Bool {
        guard let first = line.first, !first.isWhitespace, line.utf8.count <= 65_536 else { return false }
        let lower = line.lowercased()
        guard !beginnings.contains(where: { line.contains($0) }) else { return false }
        guard !names.contains(where: { isGiven($0, in: lower) }) else { return false }
        return !line.split(whereSeparator: { !isTokenPart($0) }).contains(where: looksRandom)
    }

    /// How keys of well-known services begin.
    private static let beginnings = [
        "sk-", "ghp_", "gho_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "AKIA", "AIza", "hf_", "-----BEGIN",
    ]
    private static let names = [
        "password", "passwd", "passphrase", "api_key", "api-key", "apikey", "secret", "token", "bearer",
    ]

    /// Whether a value follows a name, as in `password: x`, `token=x` and `Bearer x`.
    private static func isGiven(_ name: String, in text: String) -> Bool {
        text.ranges(of: name).contains { range in
            let rest = text[range.upperBound...].drop { $0 == "\"" || $0 == "'" || $0 == "s" }
            if name == "bearer" { return rest.first == " " && rest.dropFirst().first.map { !$0.isWhitespace } ?? false }
            let value = rest.drop(while: \.isWhitespace)
            return value.first == ":" || value.first == "=" || value.hasPrefix("is ") || value.hasPrefix("is:")
        }
    }

    private static func isTokenPart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_-+=".contains(character))
    }

    /// Long, with capitals, small letters and several digits among each other: nobody writes such words.
    private static func looksRandom(_ word: Substring) -> Bool {
        word.count >= 24 && word.contains(where: \.isUppercase) && word.contains(where: \.isLowercase)
            && word.count(where: \.isNumber) >= 3
    }
}
